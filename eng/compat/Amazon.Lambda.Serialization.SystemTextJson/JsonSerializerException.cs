namespace Amazon.Lambda.Serialization.SystemTextJson;

/// <summary>A payload is not the JSON that the handler's types ask for.</summary>
public class JsonSerializerException : Exception
{
    public JsonSerializerException(string message)
        : base(message)
    {
    }

    public JsonSerializerException(string message, Exception exception)
        : base(message, exception)
    {
    }
}

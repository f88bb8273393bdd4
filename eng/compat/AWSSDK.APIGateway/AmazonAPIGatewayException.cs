using System.Net;
using Amazon.Runtime;

namespace Amazon.APIGateway;

/// <summary>Amazon API Gateway answered an error; base of those that have a type of their own.</summary>
public class AmazonAPIGatewayException : AmazonServiceException
{
    public AmazonAPIGatewayException(string message)
        : base(message)
    {
    }

    public AmazonAPIGatewayException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public AmazonAPIGatewayException(Exception innerException)
        : base(innerException.Message, innerException)
    {
    }

    public AmazonAPIGatewayException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
        : base(message, errorType, errorCode, requestId, statusCode)
    {
    }

    public AmazonAPIGatewayException(
        string message,
        Exception innerException,
        ErrorType errorType,
        string errorCode,
        string requestId,
        HttpStatusCode statusCode)
        : base(message, innerException, errorType, errorCode, requestId, statusCode)
    {
    }
}

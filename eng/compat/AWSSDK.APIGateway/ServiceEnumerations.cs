using Amazon.Runtime;

namespace Amazon.APIGateway;

/// <summary>Constants for ApiKeySourceType.</summary>
public class ApiKeySourceType : ConstantClass
{
    public static readonly ApiKeySourceType AUTHORIZER = new("AUTHORIZER");

    public static readonly ApiKeySourceType HEADER = new("HEADER");

    public ApiKeySourceType(string value)
        : base(value)
    {
    }

    public static ApiKeySourceType FindValue(string value) => FindValue<ApiKeySourceType>(value);

    public static implicit operator ApiKeySourceType(string value) => FindValue(value);
}

/// <summary>Constants for EndpointType.</summary>
public class EndpointType : ConstantClass
{
    public static readonly EndpointType EDGE = new("EDGE");

    public static readonly EndpointType PRIVATE = new("PRIVATE");

    public static readonly EndpointType REGIONAL = new("REGIONAL");

    public EndpointType(string value)
        : base(value)
    {
    }

    public static EndpointType FindValue(string value) => FindValue<EndpointType>(value);

    public static implicit operator EndpointType(string value) => FindValue(value);
}

/// <summary>Constants for Op.</summary>
public class Op : ConstantClass
{
    public static readonly Op Add = new("add");

    public static readonly Op Copy = new("copy");

    public static readonly Op Move = new("move");

    public static readonly Op Remove = new("remove");

    public static readonly Op Replace = new("replace");

    public static readonly Op Test = new("test");

    public Op(string value)
        : base(value)
    {
    }

    public static Op FindValue(string value) => FindValue<Op>(value);

    public static implicit operator Op(string value) => FindValue(value);
}

/// <summary>Constants for QuotaPeriodType.</summary>
public class QuotaPeriodType : ConstantClass
{
    public static readonly QuotaPeriodType DAY = new("DAY");

    public static readonly QuotaPeriodType MONTH = new("MONTH");

    public static readonly QuotaPeriodType WEEK = new("WEEK");

    public QuotaPeriodType(string value)
        : base(value)
    {
    }

    public static QuotaPeriodType FindValue(string value) => FindValue<QuotaPeriodType>(value);

    public static implicit operator QuotaPeriodType(string value) => FindValue(value);
}

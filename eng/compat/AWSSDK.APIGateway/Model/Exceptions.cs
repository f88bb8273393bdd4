using System.Net;
using Amazon.Runtime;
using AwsWire;

namespace Amazon.APIGateway.Model;

/// <summary>Amazon API Gateway answered BadRequestException.</summary>
public partial class BadRequestException(
    string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
    : AmazonAPIGatewayException(message, innerException, errorType, errorCode, requestId, statusCode);

/// <summary>Amazon API Gateway answered ConflictException.</summary>
public partial class ConflictException(
    string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
    : AmazonAPIGatewayException(message, innerException, errorType, errorCode, requestId, statusCode);

/// <summary>Amazon API Gateway answered LimitExceededException.</summary>
public partial class LimitExceededException(
    string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
    : AmazonAPIGatewayException(message, innerException, errorType, errorCode, requestId, statusCode), IRetryAfter
{
    public string RetryAfterSeconds { get; set; }
}

/// <summary>Amazon API Gateway answered NotFoundException.</summary>
public partial class NotFoundException(
    string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
    : AmazonAPIGatewayException(message, innerException, errorType, errorCode, requestId, statusCode);

/// <summary>Amazon API Gateway answered ServiceUnavailableException.</summary>
public partial class ServiceUnavailableException(
    string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
    : AmazonAPIGatewayException(message, innerException, errorType, errorCode, requestId, statusCode), IRetryAfter
{
    public string RetryAfterSeconds { get; set; }
}

/// <summary>Amazon API Gateway answered TooManyRequestsException.</summary>
public partial class TooManyRequestsException(
    string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
    : AmazonAPIGatewayException(message, innerException, errorType, errorCode, requestId, statusCode), IRetryAfter
{
    public TooManyRequestsException(string message)
        : this(message, innerException: null, ErrorType.Unknown, errorCode: null, requestId: null, statusCode: default)
    {
    }

    public TooManyRequestsException(Exception innerException)
        : this(innerException.Message, innerException, ErrorType.Unknown, errorCode: null, requestId: null, statusCode: default)
    {
    }

    public string RetryAfterSeconds { get; set; }
}

/// <summary>Amazon API Gateway answered UnauthorizedException.</summary>
public partial class UnauthorizedException(
    string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
    : AmazonAPIGatewayException(message, innerException, errorType, errorCode, requestId, statusCode);

using Amazon.Runtime;

namespace LocalAws.Tests;

/// <summary>What a service refuses.</summary>
internal static class AssertAws
{
    /// <summary>The call fails with this status, code and text.</summary>
    public static async Task<AmazonServiceException> RefusesAsync(int status, string code, string? text, Func<Task> call)
    {
        var exception = await Assert.ThrowsAnyAsync<AmazonServiceException>(call);
        Assert.Equal(code, exception.ErrorCode);
        Assert.Equal(status, (int)exception.StatusCode);
        if (text is not null)
        {
            Assert.Equal(text, exception.Message);
        }

        return exception;
    }
}

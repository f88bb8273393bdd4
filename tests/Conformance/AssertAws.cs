using Amazon.Runtime;

namespace Conformance;

/// <summary>What a service refuses.</summary>
internal static class AssertAws
{
    /// <summary>The call fails with this status and code, and with this text unless it is null.</summary>
    public static async Task<AmazonServiceException> RefusesAsync(int status, string code, string? text, Func<Task> call)
    {
        var refusal = await Assert.ThrowsAnyAsync<AmazonServiceException>(call);
        Assert.Equal((status, code), ((int)refusal.StatusCode, refusal.ErrorCode));
        if (text is not null)
        {
            Assert.Equal(text, refusal.Message);
        }

        return refusal;
    }
}

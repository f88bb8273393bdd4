using Amazon.Runtime;
using LocalAws;

namespace Deployer;

/// <summary>What is gone already needs no deleting.</summary>
internal static class Gone
{
    public static async Task IsFineAsync(Func<Task> delete)
    {
        try
        {
            await delete();
        }
        catch (Exception refused) when (Is(refused))
        {
            // As the provider has it.
        }
    }

    public static Task<bool> ExistsAsync(Func<Task> read) => ExistsAsync(async () =>
    {
        await read();
        return true;
    });

    public static async Task<bool> ExistsAsync(Func<Task<bool>> find)
    {
        try
        {
            return await find();
        }
        catch (Exception refused) when (Is(refused))
        {
            return false;
        }
    }

    private static bool Is(Exception refused) =>
        (refused as AmazonServiceException)?.ErrorCode is "NotFoundException" or "ResourceNotFoundException" or "NoSuchEntity"
        || (refused as AwsException)?.Code is "NotFoundException" or "ResourceNotFoundException" or "NoSuchEntity";
}

using Amazon.Runtime;
using LocalAws;

namespace Deployer;

/// <summary>Deletes and reads resources that may not exist, like the provider.</summary>
internal static class Idempotent
{
    public static async Task DeleteAsync(Func<Task> delete)
    {
        try
        {
            await delete();
        }
        catch (Exception refused) when (Is(refused))
        {
            // Already deleted.
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
        || (refused as AwsException)?.Code is "NotFoundException" or "ResourceNotFoundException" or "NoSuchEntity" or "NoSuchBucket"
            or "TrailNotFoundException";
}

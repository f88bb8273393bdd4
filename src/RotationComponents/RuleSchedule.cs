using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RotationComponents;

/// <summary>
/// Schedules of EventBridge rules, in UTC. Rules with a rate() that one deployment creates run in the same minute, and all of the account shares API
/// Gateway's rate. Each rule therefore has a minute that is derived from its name and that later deployments do not change.
/// </summary>
internal static class RuleSchedule
{
    private const int Hour = 60; // minutes
    private const int Day = 24 * Hour;

    /// <summary>Returns a schedule that runs once a day.</summary>
    /// <param name="name">The rule's name and its stack's name, because stacks share the account.</param>
    public static string Daily(string name)
    {
        var minute = MinuteOf(name, Day);
        return string.Create(CultureInfo.InvariantCulture, $"cron({minute % Hour} {minute / Hour} * * ? *)");
    }

    /// <summary>Returns a schedule that runs once an hour.</summary>
    /// <param name="name">The rule's name and its stack's name.</param>
    public static string Hourly(string name) => string.Create(CultureInfo.InvariantCulture, $"cron({MinuteOf(name, Hour)} * * * ? *)");

    private static uint MinuteOf(string name, uint minutes) =>
        BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name))) % minutes;
}

using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RotationComponents;

/// <summary>
/// When a rule of EventBridge runs, in UTC. Rules with a rate that one deployment makes run in the same minute, and API Gateway's rate is the whole
/// account's. So each rule has a minute that follows from its name, which no later deployment changes.
/// </summary>
internal static class RuleSchedule
{
    private const int Hour = 60; // minutes
    private const int Day = 24 * Hour;

    /// <summary>Once a day.</summary>
    /// <param name="name">The rule's name, with that of its stack: stacks share the account.</param>
    public static string Daily(string name)
    {
        var minute = MinuteOf(name, Day);
        return string.Create(CultureInfo.InvariantCulture, $"cron({minute % Hour} {minute / Hour} * * ? *)");
    }

    /// <summary>Once an hour.</summary>
    /// <param name="name">The rule's name, with that of its stack.</param>
    public static string Hourly(string name) => string.Create(CultureInfo.InvariantCulture, $"cron({MinuteOf(name, Hour)} * * * ? *)");

    private static uint MinuteOf(string name, uint minutes) =>
        BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name))) % minutes;
}

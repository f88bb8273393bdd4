namespace Pulumi.Aws.Lambda;

[EnumType]
public readonly struct Runtime : IEquatable<Runtime>
{
    private readonly string _value;

    private Runtime(string value) => _value = value;

    public static Runtime Dotnet8 { get; } = new("dotnet8");

    public static Runtime Dotnet10 { get; } = new("dotnet10");

    public static bool operator ==(Runtime left, Runtime right) => left.Equals(right);

    public static bool operator !=(Runtime left, Runtime right) => !left.Equals(right);

    public static explicit operator string(Runtime value) => value._value;

    public bool Equals(Runtime other) => _value == other._value;

    public override bool Equals(object? obj) => obj is Runtime other && Equals(other);

    public override int GetHashCode() => _value?.GetHashCode(StringComparison.Ordinal) ?? 0;

    public override string ToString() => _value;
}

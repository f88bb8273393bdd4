using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace LocalAws.Tests.Iam;

/// <summary>The roles of functions, and what they let the functions' logs be.</summary>
public sealed class FunctionRoleTests
{
    private const string CannotAssume = "The role defined for the function cannot be assumed by Lambda.";
    private const string LogGroup = "/aws/lambda/f";
    private const string LogArn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/f:*";

    [Theory]
    [InlineData("""{"Statement":{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com","lambda.amazonaws.com"]},"Action":"sts:AssumeRole"}}""", true)]
    [InlineData("""{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}""", false)]
    [InlineData("""{"Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:TagSession"}}""", false)]
    [InlineData("""{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRole"}}""", false)]
    public async Task A_function_has_a_role_that_Lambda_may_assume(string trust, bool registered)
    {
        await using var aws = EmbeddedAws.Create();
        var role = aws.Iam.CreateRole("rotation", trust);

        var refusal = Record.Exception(() => Register(aws, role.Arn)) as AwsException;

        Assert.Equal(registered, refusal is null);
        if (!registered)
        {
            Assert.Equal((400, "InvalidParameterValueException", CannotAssume), (refusal!.Status, refusal.Code, refusal.Message));
        }
    }

    [Fact]
    public async Task A_role_that_is_new_or_unknown_cannot_be_assumed_by_Lambda()
    {
        var clock = new FakeTimeProvider();
        await using var aws = EmbeddedAws.Create(new EmbeddedAwsOptions { TimeProvider = clock, PolicyLag = TimeSpan.FromSeconds(10) });
        var role = aws.Iam.CreateRole("rotation", RoleCaller.TrustsLambda);

        Assert.Throws<AwsException>(() => Register(aws, role.Arn));
        Assert.Throws<AwsException>(() => Register(aws, role.Arn + "s"));
        clock.Advance(TimeSpan.FromSeconds(10));
        Register(aws, role.Arn);
    }

    [Fact]
    public async Task A_process_gets_its_roles_credentials()
    {
        await using var aws = EmbeddedAws.Create();
        var role = aws.Iam.CreateRole("rotation", RoleCaller.TrustsLambda);
        var lines = await RunAsync(aws, role.Arn, "echo $AWS_ACCESS_KEY_ID; test -n \"$AWS_SESSION_TOKEN\" && echo token");

        var session = aws.Iam.SessionOf(lines[0]);
        Assert.Equal("arn:aws:sts::123456789012:assumed-role/rotation/f", session?.Principal.Arn);
        Assert.Equal("token", lines[1]);
    }

    [Fact]
    public async Task One_without_a_role_is_the_administrator()
    {
        await using var aws = EmbeddedAws.Create();

        var lines = await RunAsync(aws, roleArn: null, "echo $AWS_ACCESS_KEY_ID; echo \"[$AWS_SESSION_TOKEN]\"");

        Assert.Equal(["AKIALAMBDA", "[]"], lines);
        Assert.Equal(lines, aws.Logs.Read(LogGroup));
    }

    [Theory]
    [InlineData(true, "logs:CreateLogStream,logs:PutLogEvents", "hello")]
    [InlineData(true, "logs:CreateLogStream", "")]
    [InlineData(true, "logs:PutLogEvents", "")]
    [InlineData(false, "logs:CreateLogGroup,logs:CreateLogStream,logs:PutLogEvents", "hello")]
    [InlineData(false, "logs:CreateLogStream,logs:PutLogEvents", null)]
    [InlineData(false, "logs:CreateLogGroup", "")]
    public async Task What_a_process_writes_is_logged_as_far_as_its_role_allows(bool groupExists, string actions, string? logged)
    {
        await using var aws = EmbeddedAws.Create();
        var role = aws.Iam.CreateRole("rotation", RoleCaller.TrustsLambda);
        aws.Iam.PutRolePolicy("rotation", "logs", RoleCaller.Document(
            $$""" "Effect":"Allow","Action":["{{actions.Replace(",", "\",\"", StringComparison.Ordinal)}}"],"Resource":"{{LogArn}}" """));
        if (groupExists)
        {
            aws.Logs.CreateLogGroup(LogGroup);
        }

        Assert.Equal(["hello"], await RunAsync(aws, role.Arn, "echo hello"));

        Assert.Equal(logged is null ? [] : [LogGroup], aws.Logs.LogGroups);
        Assert.Equal(logged ?? "", logged is null ? "" : string.Join('\n', aws.Logs.Read(LogGroup)));
    }

    [Fact]
    public async Task A_log_group_is_made_once_and_gone_when_it_is_deleted()
    {
        await using var aws = EmbeddedAws.Create();
        aws.Logs.CreateLogGroup("g");

        Assert.Equal("ResourceAlreadyExistsException", Assert.Throws<AwsException>(() => aws.Logs.CreateLogGroup("g")).Code);
        aws.Logs.DeleteLogGroup("g");
        Assert.Equal("ResourceNotFoundException", Assert.Throws<AwsException>(() => aws.Logs.DeleteLogGroup("g")).Code);
        Assert.Equal("ResourceNotFoundException", Assert.Throws<AwsException>(() => aws.Logs.Read("g")).Code);
    }

    private static void Register(EmbeddedAws aws, string roleArn) =>
        aws.Lambda.Register("f", invocation => Task.FromResult(invocation.Payload), new FunctionOptions { RoleArn = roleArn });

    private static async Task<IReadOnlyList<string>> RunAsync(EmbeddedAws aws, string? roleArn, string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The function is a script for sh.");
        var lines = new ConcurrentQueue<string>();
        aws.Lambda.RegisterProcess("f", new FunctionProcess("/bin/sh", "-c", script) { LogLine = lines.Enqueue }, new FunctionOptions { RoleArn = roleArn });
        // The script is no runtime: the invocation ends with the process, when its output has been read.
        await aws.Lambda.RunAsync("f", "{}"u8.ToArray());
        return [.. lines];
    }
}

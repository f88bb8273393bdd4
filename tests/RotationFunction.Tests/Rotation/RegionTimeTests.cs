using LocalAws;
using LocalAws.SecretsManager;

namespace RotationFunction.Tests;

/// <summary>The Regions of a secret are rotated at the same time.</summary>
[Collection(nameof(Crowd))]
public sealed class RegionTimeTests(ITestOutputHelper output)
{
    /// <summary>An attach takes a second, a replica follows a second later, and reads miss the writes of two seconds.</summary>
    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 2)]
    [InlineData(false, 3)]
    public async Task A_rotation_in_several_Regions_takes_at_most_1_3_times_as_long_as_in_one(bool hasProbe, int regions)
    {
        var one = await MeasureAsync(hasProbe, []);
        var several = await MeasureAsync(hasProbe, [.. new[] { OtherRegion.Virginia, "ap-southeast-2" }.Take(regions - 1)]);

        output.WriteLine($"{one.TotalSeconds:F1} s in one Region, {several.TotalSeconds:F1} s in {regions}: {several / one:F2}");
        Assert.InRange(several / one, 0.9, 1.3);
    }

    private static async Task<TimeSpan> MeasureAsync(bool hasProbe, string[] others)
    {
        await using var crowd = Crowd.New(1);
        var secret = crowd.Secrets[0];
        var tags = new Dictionary<string, string>();
        if (hasProbe)
        {
            tags["apikey-rotation:probe"] = UrlOf(crowd.PlanId, crowd.Aws.ApiGateway);
            crowd.Aws.ApiGateway.TagResource(
                new() { ResourceArn = $"arn:aws:apigateway:{crowd.Aws.Region}::/apikeys/{crowd.Templates[0]}", Tags = new Dictionary<string, string>(tags) });
        }

        foreach (var region in others)
        {
            var gateway = crowd.Aws.In(region).ApiGateway;
            gateway.RateLimits = true;
            var api = gateway.ImportRestApi(new() { Body = SampleApi.Document });
            gateway.CreateDeployment(new() { RestApiId = api.Id, StageName = "prod" });
            var plan = gateway.CreateUsagePlan(new() { Name = "partners", ApiStages = [new(api.Id, "prod")] }).Id;
            var own = new Dictionary<string, string> { ["apikey-rotation:template-for"] = "crowd/0" };
            if (hasProbe)
            {
                own["apikey-rotation:probe"] = tags[$"apikey-rotation:probe:{region}"] = UrlOf(plan, gateway);
            }

            var template = gateway.CreateApiKey(new() { Name = "template", Tags = own });
            gateway.CreateUsagePlanKey(new() { UsagePlanId = plan, KeyId = template.Id });
            tags[$"apikey-rotation:template:{region}"] = template.Id;
        }

        if (others.Length > 0)
        {
            crowd.Aws.SecretsManager.ReplicateSecretToRegions(new() { SecretId = secret, AddReplicaRegions = [.. others.Select(region => new ReplicaRegion(region))] });
        }

        crowd.Aws.SecretsManager.TagResource(new() { SecretId = secret, Tags = [.. tags.Select(tag => new Tag(tag.Key, tag.Value))] });
        await crowd.RunAsync(() => crowd.DelayAsync(TimeSpan.FromMinutes(1)));
        await crowd.InvokeAsync([new { action = "provision", secretId = secret }]);
        var took = TimeSpan.Zero;
        for (var rotation = 0; rotation < 3; rotation++)
        {
            await crowd.RunAsync(() => crowd.DelayAsync(TimeSpan.FromDays(1)));
            await crowd.RunAsync(async () =>
            {
                crowd.Rotate(secret);
                await crowd.Aws.SecretsManager.SettledAsync();
            });
            took = crowd.Took;
        }

        Assert.All(crowd.Aws.SecretsManager.Rotations, rotation => Assert.Equal(RotationOutcome.Succeeded, rotation.Outcome));
        return took;

        string UrlOf(string plan, LocalAws.ApiGatewayService gateway) =>
            new Uri(crowd.Aws.InvokeUrl(gateway.GetUsagePlan(plan).ApiStages[0].ApiId, "prod"), "orders").ToString();
    }
}

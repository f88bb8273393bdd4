using Amazon.APIGateway;
using Amazon.Lambda.Core;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.Runtime;
using Amazon.SecretsManager;
using RotationFunction;

[assembly: LambdaSerializer(typeof(SourceGeneratorLambdaJsonSerializer<EventJson>))]

namespace RotationFunction;

/// <summary>
/// The rotation Lambda: Secrets Manager calls it once for each step of a rotation.
/// A step succeeds when it returns and fails when it throws; every step may be repeated.
/// </summary>
/// <seealso href="https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html"/>
public sealed class Function
{
    private readonly CreateSecret _createSecret;
    private readonly SetSecret _setSecret;
    private readonly TestSecret _testSecret;
    private readonly FinishSecret _finishSecret;
    private readonly TimeProvider _time;

    /// <summary>What Lambda calls, once per cold start: settings and clients come from the environment.</summary>
    /// <exception cref="InvalidOperationException">An environment variable has a value that cannot be used; the message names it.</exception>
    public Function()
        : this(Settings.From(Environment.GetEnvironmentVariable), new AmazonSecretsManagerClient(), new AmazonAPIGatewayClient(), TimeProvider.System)
    {
    }

    /// <summary>The same function on clients, settings and a clock of the caller's.</summary>
    public Function(Settings settings, IAmazonSecretsManager secretsManager, IAmazonAPIGateway apiGateway, TimeProvider time)
    {
        var apiKeys = new ApiKeys(apiGateway, time);
        _time = time;
        var secrets = new Secrets(secretsManager, time);
        _createSecret = new CreateSecret(secrets, apiKeys);
        _setSecret = new SetSecret(secrets, apiKeys);
        _testSecret = new TestSecret(secrets, apiKeys, settings, time);
        _finishSecret = new FinishSecret(secrets, apiKeys);
    }

    /// <summary>Runs one step of a rotation.</summary>
    /// <exception cref="RotationException">The step failed: the message says what is wrong, in which secret or key, and what to do.</exception>
    public async Task FunctionHandler(RotationEvent rotationEvent, ILambdaContext context)
    {
        var rotation = Rotation.From(rotationEvent, context);
        var started = _time.GetTimestamp();
        try
        {
            await (rotation.Step switch
            {
                CreateSecret.Step => _createSecret.RunAsync(rotation),
                SetSecret.Step => _setSecret.RunAsync(rotation),
                TestSecret.Step => _testSecret.RunAsync(rotation),
                FinishSecret.Step => _finishSecret.RunAsync(rotation),
                _ => throw new RotationException(
                    $"The event's Step is none of {CreateSecret.Step}, {SetSecret.Step}, {TestSecret.Step}, {FinishSecret.Step}. Nothing was changed."),
            });
        }
        catch (AmazonServiceException refused)
        {
            throw rotation.Failed(refused);
        }

        rotation.Log.StepDone(_time.GetElapsedTime(started));
    }
}

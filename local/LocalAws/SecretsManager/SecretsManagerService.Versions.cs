using LocalAws.SecretsManager;

namespace LocalAws;

/// <content>Versions and their labels.</content>
public sealed partial class SecretsManagerService
{
    /// <summary>Returns the value of a version.</summary>
    /// <param name="request">The input of GetSecretValue.</param>
    public SecretValue GetSecretValue(GetSecretValueRequest request)
    {
        CheckSecretId(request.SecretId);
        CheckVersionId("versionId", request.VersionId);
        Constraints.Length("versionStage", request.VersionStage?.Length, 1, 256);
        lock (_gate)
        {
            return Read(FindLive(request.SecretId), request.VersionId, request.VersionStage);
        }
    }

    /// <summary>Returns the current values of several secrets.</summary>
    /// <param name="request">The input of BatchGetSecretValue.</param>
    public BatchSecretValues BatchGetSecretValue(BatchGetSecretValueRequest request)
    {
        if (request.SecretIdList is null == request.Filters is null || (request.SecretIdList is not null && request.MaxResults is not null))
        {
            throw SecretsManagerErrors.InvalidParameter("Either SecretIdList or Filters must be given, and MaxResults with Filters only.");
        }

        Constraints.Length("secretIdList", request.SecretIdList?.Count, 1, 20);
        Constraints.Each("secretIdList", request.SecretIdList, 1, 2048);
        SecretFilters.Check(request.Filters ?? []);
        lock (_gate)
        {
            RemoveDeletedSecrets();
            var matching = _secrets.Values
                .Where(secret => secret.Deleted is null)
                .Where(secret => request.Filters?.All(filter => SecretFilters.Match(secret, filter)) == true);
            var (page, next) =
                Pages.Of("values", matching, secret => secret.Name, descending: false, request.MaxResults, request.NextToken, limit: 20);
            var values = new List<SecretValue>();
            var errors = new List<SecretError>();
            foreach (var secretId in request.SecretIdList ?? [.. page.Select(secret => secret.Arn)])
            {
                try
                {
                    values.Add(Read(FindLive(secretId), versionId: null, label: null));
                }
                catch (AwsException exception)
                {
                    errors.Add(new SecretError(secretId, exception.Code, exception.Message));
                }
            }

            return new BatchSecretValues { SecretValues = values, Errors = errors, NextToken = next };
        }
    }

    /// <summary>Writes a version and adds labels to it.</summary>
    /// <param name="request">The input of PutSecretValue.</param>
    public SecretResponse PutSecretValue(PutSecretValueRequest request)
    {
        CheckSecretId(request.SecretId);
        var content = VersionContent.Of(request.SecretString, request.SecretBinary)
            ?? throw SecretsManagerErrors.InvalidRequest("You must provide either SecretString or SecretBinary.");
        CheckToken(request.ClientRequestToken, needed: true, SecretsManagerErrors.InvalidRequest);
        CheckRotationToken(request.RotationToken);
        Constraints.Length("versionStages", request.VersionStages?.Count, 1, 20);
        Constraints.Each("versionStages", request.VersionStages, 1, 256);

        lock (_gate)
        {
            var secret = FindPrimary(request.SecretId);
            var version = Write(secret, request.ClientRequestToken!, content, request.VersionStages ?? [StoredSecret.Current]);
            return secret.Respond(version) with { VersionStages = version.StagesOrNull() };
        }
    }

    /// <summary>Updates a secret's description and KMS key, and writes a new current version if there is a value.</summary>
    /// <param name="request">The input of UpdateSecret.</param>
    public SecretResponse UpdateSecret(UpdateSecretRequest request)
    {
        CheckSecretId(request.SecretId);
        var content = VersionContent.Of(request.SecretString, request.SecretBinary);
        CheckToken(request.ClientRequestToken, needed: content is not null, SecretsManagerErrors.InvalidRequest);
        CheckDetails(request.Description, request.KmsKeyId);

        lock (_gate)
        {
            var secret = FindPrimary(request.SecretId);
            var version = content is null ? null : Write(secret, request.ClientRequestToken!, content, [StoredSecret.Current]);
            secret.Description = request.Description ?? secret.Description;
            secret.KmsKeyId = request.KmsKeyId ?? secret.KmsKeyId;
            Changed(secret);
            return secret.Respond(version);
        }
    }

    /// <summary>Moves or removes a label. To move a label, the request must name the version that has it.</summary>
    /// <param name="request">The input of UpdateSecretVersionStage.</param>
    public SecretResponse UpdateSecretVersionStage(UpdateSecretVersionStageRequest request)
    {
        CheckSecretId(request.SecretId);
        CheckLabel(request.VersionStage);
        CheckVersionId("removeFromVersionId", request.RemoveFromVersionId);
        CheckVersionId("moveToVersionId", request.MoveToVersionId);
        lock (_gate)
        {
            var secret = FindPrimary(request.SecretId);
            var source = secret.Labelled(request.VersionStage);
            if (request.MoveToVersionId is null)
            {
                TakeOff(request, source);
            }
            else
            {
                Move(secret, request, source);
            }

            Changed(secret);
            return secret.Respond();
        }
    }

    /// <summary>Lists a secret's versions without their values, ordered by id: AWS documents no order, and it is not by age.</summary>
    /// <param name="request">The input of ListSecretVersionIds.</param>
    public ListSecretVersionIdsResponse ListSecretVersionIds(ListSecretVersionIdsRequest request)
    {
        CheckSecretId(request.SecretId);
        lock (_gate)
        {
            var secret = FindLive(request.SecretId);
            // Recorded on AWS: a version without labels is listed only on request, and then has no VersionStages.
            var versions = secret.Versions.Where(version => version.Stages.Count > 0 || request.IncludeDeprecated == true);
            var (page, next) = Pages.Of(
                secret.Arn, versions, version => version.Id, descending: false, request.MaxResults, request.NextToken);
            IReadOnlyList<string> keys = [secret.CustomKey ?? "DefaultEncryptionKey"];
            return new ListSecretVersionIdsResponse
            {
                Arn = secret.Arn,
                Name = secret.Name,
                Versions =
                [
                    .. page.Select(version => new SecretVersionEntry
                    {
                        VersionId = version.Id,
                        VersionStages = version.StagesOrNull(),
                        LastAccessedDate = version.LastAccessed,
                        CreatedDate = version.Created,
                        KmsKeyIds = keys,
                    }),
                ],
                NextToken = next,
            };
        }
    }

    private static StoredVersion Version(StoredSecret secret, string? versionId, string? label, out VersionContent content)
    {
        if (versionId is null)
        {
            var labelled = secret.Labelled(label ?? StoredSecret.Current);
            content = labelled?.Content ?? throw SecretsManagerErrors.NoValueForLabel(label ?? StoredSecret.Current);
            return labelled;
        }

        var version = secret.Find(versionId) ?? throw SecretsManagerErrors.NoValueForVersion(versionId);
        if (label is not null && !version.Stages.Contains(label))
        {
            throw SecretsManagerErrors.LabelNotOnVersion();
        }

        content = version.Content ?? throw SecretsManagerErrors.NoValueForVersion(versionId);
        return version;
    }

    private static void TakeOff(UpdateSecretVersionStageRequest request, StoredVersion? source)
    {
        if (request.RemoveFromVersionId is null)
        {
            throw SecretsManagerErrors.InvalidParameter("You must provide RemoveFromVersionId, MoveToVersionId, or both.");
        }

        if (request.VersionStage is StoredSecret.Current)
        {
            throw SecretsManagerErrors.CurrentCannotBeRemoved();
        }

        if (source is null || source.Id != request.RemoveFromVersionId)
        {
            throw SecretsManagerErrors.WrongSource(request.VersionStage);
        }

        source.Stages.Remove(request.VersionStage);
    }

    private void Move(StoredSecret secret, UpdateSecretVersionStageRequest request, StoredVersion? source)
    {
        var target = secret.Find(request.MoveToVersionId)
            ?? throw SecretsManagerErrors.NotFound("Secrets Manager can't find the specified secret version.");
        if (request.RemoveFromVersionId is not null && source?.Id != request.RemoveFromVersionId)
        {
            throw SecretsManagerErrors.WrongSource(request.VersionStage);
        }

        if (request.RemoveFromVersionId is null && source is not null && source != target)
        {
            throw SecretsManagerErrors.CurrentMoveNeedsSource(request.VersionStage, source.Id);
        }

        // AWS API reference.
        if (source != target && target.Stages.Count >= 20)
        {
            throw SecretsManagerErrors.TooManyLabels();
        }

        Move(secret, request.VersionStage, target);
    }

    private static void CheckVersionId(string member, string? versionId) => Constraints.Length(member, versionId?.Length, 32, 64);

    private static void CheckLabel(string label) => Constraints.Length("versionStage", label.Length, 1, 256);

    // AWS API reference.
    private static void CheckRotationToken(string? token)
    {
        if (token is not null && (token.Length is < 36 or > 256 || !token.All(character => char.IsAsciiLetterOrDigit(character) || character == '-')))
        {
            throw SecretsManagerErrors.InvalidParameter("RotationToken must be 36 to 256 letters, digits and hyphens.");
        }
    }

    private SecretValue Read(StoredSecret secret, string? versionId, string? label)
    {
        var version = Version(secret, versionId, label, out var content);
        // AWS user guide: the date has only the day.
        secret.LastAccessed = version.LastAccessed = new DateTimeOffset(Now.UtcDateTime.Date, TimeSpan.Zero);
        return new SecretValue
        {
            Arn = secret.Arn,
            Name = secret.Name,
            VersionId = version.Id,
            SecretString = content.Text,
            SecretBinary = content.Bytes,
            VersionStages = version.StagesOrNull(),
            CreatedDate = version.Created,
        };
    }

    /// <summary>
    /// Writes a version, or fills the empty version of a rotation. Recorded on AWS: the same token with the same value changes nothing.
    /// </summary>
    private StoredVersion Write(StoredSecret secret, string token, VersionContent content, IReadOnlyList<string> labels)
    {
        var version = secret.Find(token);
        if (version?.Content is { } written)
        {
            return written.Same(content) ? version : throw SecretsManagerErrors.TokenInUse(token, secret.Arn);
        }

        // AWS API reference: the first version of a secret becomes AWSCURRENT. Whether it also does with other labels in the request is not
        // documented.
        var isFirst = secret.Versions.Count == 0;
        var isFirstRotated = version is not null && secret.Labelled(StoredSecret.Current) is null;
        if (isFirst && _aws.Unknowns.FirstValueIsCurrent)
        {
            labels = [.. labels.Union([StoredSecret.Current])];
        }

        if (version is null)
        {
            version = secret.Add(token, content, Now);
        }

        version.Content = content;
        if (labels.Contains(StoredSecret.Current))
        {
            Abandon(secret);
        }

        foreach (var label in labels)
        {
            Move(secret, label, version);
        }

        if (labels.Contains(StoredSecret.Current))
        {
            // AWS API reference: a value that is written by hand counts as a rotation.
            secret.LastWritten = Now;
            Arm(secret);
        }
        else if (isFirstRotated && _aws.Unknowns.FirstRotatedValueIsCurrent)
        {
            Move(secret, StoredSecret.Current, version);
        }

        secret.RemoveOldVersions(Now);
        Changed(secret);
        return version;
    }
}

namespace LocalAws.Iam;

/// <summary>Denies a role's call that policies do not permit.</summary>
internal static class Authorization
{
    public static void Check(EmbeddedAws aws, AwsRegion region, IWireProtocol protocol, WireOperation operation, WireRequest request)
    {
        if (aws.Iam.SessionOf(request.Scope!.AccessKeyId) is not { } session)
        {
            return;
        }

        var status = protocol.MissingAuthentication.Status;
        var now = aws.TimeProvider.GetUtcNow();
        if (session.Role.IsDeleted(now) || request.Header("X-Amz-Security-Token") != session.Credentials.SessionToken)
        {
            // Observed in the field.
            throw new AwsException(status, "UnrecognizedClientException", "The security token included in the request is invalid.");
        }

        // The service itself rejects an unknown operation.
        if (operation.Name is "Unknown")
        {
            return;
        }

        var required = RequiredActions.ByOperation[(protocol.Service, operation.Name)];
        if (!required.Any())
        {
            throw new InvalidOperationException($"The table of actions lacks {protocol.Service} {operation.Name}.");
        }

        using var call = new AuthorizedCall(aws, region, session.Principal, protocol.Service, operation, request);
        foreach (var row in required.Where(call.Needs))
        {
            foreach (var target in call.TargetsOf(row))
            {
                target.Keys.Add("aws:RequestedRegion", region.Name);
                Check(aws, session, row.Action, target, status, now);
            }
        }
    }

    private static void Check(EmbeddedAws aws, RoleSession session, string action, Target target, int status, DateTimeOffset now)
    {
        var keys = target.Keys;
        keys.Add("aws:PrincipalArn", session.Role.Arn);
        keys.Add("aws:SecureTransport", "true");
        keys.Add("aws:SourceIp", "127.0.0.1");
        var request = new AccessRequest(session.Principal, action, target.Arn, keys);
        var own = session.Role.Evaluate(request, now);
        var resource = action.StartsWith("kms:", StringComparison.Ordinal)
            ? aws.Kms.Evaluate(request)
            : target.Policy?.Evaluate(request) ?? Verdict.Silent;
        // IAM user guide, "Cross-account policy evaluation logic": both accounts must permit the call.
        var needed = session.Principal.Account == aws.AccountId ? 1 : 2;
        if (own is not Verdict.Denied && resource is not Verdict.Denied
            && (own is Verdict.Allowed ? 1 : 0) + (resource is Verdict.Allowed ? 1 : 0) >= needed)
        {
            return;
        }

        throw new AwsException(status, "AccessDeniedException", Text(session.Principal.Arn, action, target, own, resource));
    }

    // Observed in the field for all three services, for KMS and for actions without a resource. Explicit denials: IAM user guide, "Troubleshoot
    // access denied error messages".
    private static string Text(string caller, string action, Target target, Verdict own, Verdict resource)
    {
        if (action.StartsWith("kms:", StringComparison.Ordinal))
        {
            return "Access to KMS is not allowed";
        }

        var why = (own, resource) switch
        {
            (Verdict.Denied, _) => "with an explicit deny in an identity-based policy",
            (_, Verdict.Denied) => "with an explicit deny in a resource-based policy",
            _ => $"because no identity-based policy allows the {action} action",
        };
        return $"User: {caller} is not authorized to perform: {action}{(target.Shown is "*" ? "" : " on resource: " + target.Shown)} {why}";
    }
}

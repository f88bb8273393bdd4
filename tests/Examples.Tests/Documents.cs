namespace Examples.Tests;

/// <summary>What a secret may hold, for all clients.</summary>
internal static class Documents
{
    /// <summary>The key in the documents that have one.</summary>
    public const string Key = "GoodGoodGoodGoodGoodGood";

    private const string Other = "OldOldOldOldOldOldOldOld";

    /// <summary>Documents with a key.</summary>
    public static TheoryData<string> WithKey { get; } =
    [
        $$$"""{"apiKey":"{{{Key}}}"}""",
        $$$"""{"apiKey":"{{{Key}}}","legacy":{"apiKey":"{{{Other}}}"}}""",
        $$$"""{"legacy":{"apiKey":"{{{Other}}}"},"apiKey":"{{{Key}}}"}""",
        $$$"""{"legacy":[{"apiKey":"{{{Other}}}"}],"apiKey":"{{{Key}}}"}""",
        $$$"""
        {
          "apiKey": "{{{Key}}}",
          "legacy": {
            "apiKey": "{{{Other}}}"
          }
        }
        """,
        $"{{\n\t\"apiKey\":\t\"{Key}\"\n}}",
        $"{{\r\n  \"apiKey\":\r\n    \"{Key}\"\r\n}}\r\n",
        $$$"""{"note":"\"apiKey\": \"{{{Other}}}\"","apiKey":"{{{Key}}}"}""",
        $$$"""{"\u0061piKey":"\u0047ood{{{Key[4..]}}}"}""",
        $$$"""{"owner":"Zoë 名 \u0000","apiKey":"{{{Key}}}","n":-0.0e-7}""",
    ];

    /// <summary>Documents without a key that could be sent.</summary>
    public static TheoryData<string> WithoutKey { get; } =
    [
        $$$"""{"api_key":"{{{Other}}}"}""",
        $$$"""{"legacy":{"apiKey":"{{{Other}}}"}}""",
        $$$"""{"note":"\"apiKey\": \"{{{Other}}}\""}""",
        $$$"""[{"apiKey":"{{{Other}}}"}]""",
        $$$"""{"apiKey":"{{{Other}}}" """,
        $$$"""{"apiKey":"{{{Other}}}"}{"apiKey":"{{{Key}}}"}""",
        $$$"""{"apiKey":["{{{Other}}}"]}""",
        $$$"""{"apiKey":["O","l","d"]}""",
        """{"apiKey":{"O":"l","d":"e"}}""",
        """{"apiKey":12345678901234567890}""",
        """{"apiKey":null}""",
        """{"apiKey":""}""",
        $$$"""{"apiKey":"{{{Other}}}\n"}""",
        $$$"""{"apiKey":"{{{Other}}}\r\nurl = http://127.0.0.1/"}""",
        $$$"""{"apiKey":"{{{Other}}} "}""",
        $$$"""{"apiKey":"{{{Other}}}é"}""",
        Other,
        $"\"{Other}\"",
        " ",
    ];
}

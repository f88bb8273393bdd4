using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Screens;

/// <summary>A picture of a terminal: what was typed and what a program printed, colours and all, as SVG.</summary>
internal static partial class Screenshot
{
    private const int Columns = 110;
    private const double CharacterWidth = 8.4;
    private const int LineHeight = 19;
    private const int Margin = 16;

    // A terminal's 16 colours, on dark.
    private static readonly string[] Palette =
    [
        "#3b4252", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d8dee9",
        "#7f8896", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#ffffff",
    ];

    /// <summary>Asserts that a picture of docs/ is what was printed. With ROTATION_TESTS_WRITE_SCREENS=1 it is written instead.</summary>
    /// <param name="file">The picture's path.</param>
    /// <param name="command">What was typed.</param>
    /// <param name="output">What was printed, with ids, times and durations that are the same in every run.</param>
    public static void AssertShows(string file, string command, string output)
    {
        var picture = Render(command, output);
        if (Environment.GetEnvironmentVariable("ROTATION_TESTS_WRITE_SCREENS") == "1")
        {
            File.WriteAllText(file, picture);
        }

        var expected = File.Exists(file) ? File.ReadAllText(file) : "";
        var missing = expected.Split('\n').Except(picture.Split('\n')).FirstOrDefault();
        Assert.True(expected == picture, $"{Path.GetFileName(file)} is not what the program prints, which lacks: {missing}. ROTATION_TESTS_WRITE_SCREENS=1 writes it.");
    }

    private static string Render(string command, string output)
    {
        List<List<(char Character, string Style)>> lines = [[.. ("$ " + command).Select(character => (character, "font-weight=\"bold\""))]];
        lines.AddRange(LinesOf(output));
        var svg = new StringBuilder();
        var (width, height) = (Margin * 2 + (int)(Columns * CharacterWidth), Margin * 2 + lines.Count * LineHeight);
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#1e222a\"/>\n");
        svg.Append("<g font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\" fill=\"#d8dee9\">\n");
        foreach (var (line, index) in lines.Select((line, index) => (line, index)))
        {
            foreach (var (start, text, style) in RunsOf(line))
            {
                // Each run has a place and a length of its own, so that columns stand whatever the font.
                svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Margin + start * CharacterWidth:F1}\" y=\"{Margin + index * LineHeight + 14}\" textLength=\"{text.Length * CharacterWidth:F1}\" xml:space=\"preserve\"");
                svg.Append(style.Length == 0 ? "" : " " + style).Append('>').Append(WebUtility.HtmlEncode(text)).Append("</text>\n");
            }
        }

        return svg.Append("</g>\n</svg>\n").ToString();
    }

    private static IEnumerable<List<(char Character, string Style)>> LinesOf(string output)
    {
        var (colour, bold) = ("", false);
        foreach (var line in output.TrimEnd('\n').Split('\n'))
        {
            var cells = new List<(char Character, string Style)>();
            foreach (Match part in Parts().Matches(line))
            {
                if (part.Groups["sgr"] is { Success: true } sgr)
                {
                    (colour, bold) = Apply(sgr.Value, colour, bold);
                }
                else
                {
                    cells.AddRange(part.Value.Select(character => (character, string.Join(' ', new[] { colour, bold ? "font-weight=\"bold\"" : "" }.Where(style => style.Length > 0)))));
                }
            }

            // As a terminal breaks lines.
            foreach (var row in cells.Count == 0 ? [[]] : cells.Chunk(Columns))
            {
                yield return [.. row];
            }
        }
    }

    private static (string Colour, bool Bold) Apply(string sgr, string colour, bool bold)
    {
        return sgr.Split(';').Select(code => int.Parse("0" + code, CultureInfo.InvariantCulture)).ToArray() switch
        {
            [38, 5, var index] when index < Palette.Length => (Fill(index), bold),
            [1, ..] => (colour, true),
            [var code and >= 30 and < 38] => (Fill(code - 30), bold),
            [var code and >= 90 and < 98] => (Fill(code - 90 + 8), bold),
            [0] => ("", false),
            _ => throw new NotSupportedException($"The escape sequence {sgr} is not known."),
        };

        static string Fill(int index) => $"fill=\"{Palette[index]}\"";
    }

    /// <summary>Pieces of one style; words that stand apart are pieces of their own.</summary>
    private static IEnumerable<(int Start, string Text, string Style)> RunsOf(List<(char Character, string Style)> line)
    {
        for (var start = 0; start < line.Count;)
        {
            var end = start + 1;
            while (end < line.Count && line[end].Style == line[start].Style)
            {
                end++;
            }

            var text = string.Concat(line[start..end].Select(cell => cell.Character));
            foreach (Match word in Words().Matches(text))
            {
                yield return (start + word.Index, word.Value, line[start].Style);
            }

            start = end;
        }
    }

    [GeneratedRegex(@"\e\[(?<sgr>[0-9;]*)m|[^\e]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parts();

    [GeneratedRegex(@"\S+( \S+)*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Words();
}

using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Pipeline.Languages;

/// <summary>Renders a text whose placeholders {0} and {1}, in any order, are replaced with markup.</summary>
public sealed partial class Sentence : ComponentBase
{
    [Parameter, EditorRequired]
    public string Text { get; set; } = "";

    [Parameter]
    public RenderFragment? First { get; set; }

    [Parameter]
    public RenderFragment? Second { get; set; }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        foreach (var part in Gap().Split(Text))
            if (part == "{0}")
                builder.AddContent(0, First);
            else if (part == "{1}")
                builder.AddContent(1, Second);
            else
                builder.AddContent(2, part);
    }

    [GeneratedRegex(@"(\{[01]\})")]
    private static partial Regex Gap();
}

namespace Pipeline.Functions.Pages.Submit;

/// <summary>The values of the buttons of forms. A form on another site may have a button without a value, which sends.</summary>
public static class SubmitSteps
{
    public const string Field = "step";
    public const string Preview = "preview";
    public const string Change = "change";

    public const string Send = "send";

    /// <summary>Of the buttons for the languages: shows the form again, with what was typed and without errors.</summary>
    public const string FormInLanguage = "language";

    /// <summary>Of the buttons for the languages: shows the preview again.</summary>
    public const string PreviewInLanguage = "preview-language";
}

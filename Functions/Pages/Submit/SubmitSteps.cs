namespace Pipeline.Functions.Pages.Submit;

/// <summary>The values of the buttons. A form on another site may have a button without a value, which sends.</summary>
public static class SubmitSteps
{
    public const string Field = "step";
    public const string Preview = "preview";
    public const string Change = "change";
    public const string Send = "send";
}

namespace Pipeline.Functions.Pages.Submit;

/// <summary>What the buttons of the form say was pressed. A form on another site may have a button without a name: it sends.</summary>
public static class SubmitSteps
{
    public const string Field = "step";
    public const string Preview = "preview";
    public const string Change = "change";
    public const string Send = "send";
}

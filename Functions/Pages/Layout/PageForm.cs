namespace Pipeline.Functions.Pages.Layout;

/// <summary>The form of a page. The page's languages are buttons of it, so that a change of the language keeps what was typed.</summary>
/// <param name="Id">The attribute id of the form element.</param>
/// <param name="Address">The path that it posts to.</param>
/// <param name="Step">The step that shows the page again: a value of <see cref="Submit.SubmitSteps"/>.</param>
/// <param name="EnterStep">The step of the Enter key in a field; null if the form has no field to type in.</param>
public sealed record PageForm(string Id, string Address, string Step, string? EnterStep = null);

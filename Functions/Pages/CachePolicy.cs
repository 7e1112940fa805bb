namespace Pipeline.Functions.Pages;

/// <summary>Whom a page is for, which decides who may keep it.</summary>
public enum CachePolicy
{
    /// <summary>Browsers and caches keep it and ask each time whether it is still so: what an editor takes back is gone at once.</summary>
    Everybody,

    /// <summary>Somebody at a form: the browser keeps it for going back, so that what was typed is still there. Its address goes to no other site.</summary>
    Sender,

    /// <summary>One person, or one moment: nobody keeps it, and its address, which may hold a token, goes to no other site.</summary>
    Person,
}

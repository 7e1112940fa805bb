namespace Pipeline.Storage;

/// <summary>Why the app cannot start, in a sentence for the operator.</summary>
public sealed class StartException(string sentence, Exception? cause = null) : Exception(sentence, cause);

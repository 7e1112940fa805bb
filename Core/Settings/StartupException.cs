namespace Pipeline.Settings;

/// <summary>The app cannot start. The message tells the operator why.</summary>
public sealed class StartupException(string sentence, Exception? cause = null) : Exception(sentence, cause);

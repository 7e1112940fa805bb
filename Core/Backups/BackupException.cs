namespace Pipeline.Backups;

/// <summary>Why there is no backup, or no restore, in a sentence for the operator.</summary>
public sealed class BackupException(string sentence, Exception? cause = null) : Exception(sentence, cause);

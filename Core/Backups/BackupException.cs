namespace Pipeline.Backups;

/// <summary>A backup or restore failed. The message tells the operator why.</summary>
public sealed class BackupException(string sentence, Exception? cause = null) : Exception(sentence, cause);

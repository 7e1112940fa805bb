namespace Microsoft.Azure.Functions.Worker;

/// <summary>Which key a caller needs in Azure. Keys are not checked on this machine.</summary>
public enum AuthorizationLevel
{
    Anonymous = 0,
    User = 1,
    Function = 2,
    System = 3,
    Admin = 4,
}

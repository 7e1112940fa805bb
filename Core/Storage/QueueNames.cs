namespace Pipeline.Storage;

public static class QueueNames
{
    public const string PoisonSuffix = "-poison";
    public const string Submissions = "practice-submissions";
    public const string PoisonSubmissions = Submissions + PoisonSuffix;
    public const string Deliveries = "digest-deliveries";
    public const string PoisonDeliveries = Deliveries + PoisonSuffix;
    public const string Mail = "outgoing-mail";
    public const string PoisonMail = Mail + PoisonSuffix;
    public const string Health = "health-checks";
}

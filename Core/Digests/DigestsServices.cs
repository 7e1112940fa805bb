using Pipeline.Digests.Events;

namespace Pipeline.Digests;

public static class DigestsServices
{
    public static IServiceCollection AddDigests(this IServiceCollection services) => services
        .AddSettings(UnknownOptions.Read).AddSingleton<DigestMetrics>().AddSingleton<RowOrigin>().AddSingleton<DigestTable>()
        .AddSingleton<DeliveryTable>().AddSingleton<DeliveryQueue>().AddSingleton<DigestPublisher>()
        .AddSingleton<DigestMails>().AddSingleton<DeliveryClaims>().AddSingleton<DeliverySender>()
        .AddSingleton<DeliverySettlement>().AddSingleton<DeliveryProcessor>().AddSingleton<LedgerReader>().AddSingleton<LedgerRepair>()
        .AddSingleton<DigestLedger>().AddSingleton<DigestSweep>()
        .AddSingleton<SendAcknowledgements>().AddSingleton<UnknownDeliveries>().AddSingleton<DeliveryRetention>()
        .AddSingleton<SendGridEventInterpreter>().AddSingleton<SendGridEvents>();
}

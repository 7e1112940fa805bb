using Pipeline.Digests.Events;

namespace Pipeline.Digests;

public static class DigestsServices
{
    public static IServiceCollection AddDigests(this IServiceCollection services) => services
        .AddSettings(UnknownOptions.Read).AddSingleton<DigestMetrics>().AddSingleton<DigestTable>()
        .AddSingleton<DeliveryTable>().AddSingleton<DeliveryQueue>().AddSingleton<DigestPublisher>()
        .AddSingleton<DigestMails>().AddSingleton<DeliveryClaims>().AddSingleton<DeliverySender>()
        .AddSingleton<DeliverySettlement>().AddSingleton<DeliveryProcessor>().AddSingleton<DigestLedger>()
        .AddSingleton<SendAcknowledgements>().AddSingleton<UnknownDeliveries>().AddSingleton<DeliveryRetention>()
        .AddSingleton<SendGridEventInterpreter>().AddSingleton<SendGridEvents>();
}

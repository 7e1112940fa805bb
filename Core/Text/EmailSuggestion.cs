namespace Pipeline.Text;

/// <summary>Suggests the intended address if the domain is probably a typing mistake. Use it for a warning, not for an error.</summary>
public static class EmailSuggestion
{
    // Common providers, and organisations of the readers. The first one wins if two are equally near.
    private const string CommonDomains =
        "gmail.com outlook.com hotmail.com yahoo.com icloud.com live.com msn.com aol.com googlemail.com protonmail.com proton.me "
        + "hotmail.fr yahoo.fr live.fr outlook.fr orange.fr wanadoo.fr laposte.net free.fr sfr.fr hotmail.es yahoo.es outlook.es "
        + "hotmail.it hotmail.co.uk yahoo.co.uk outlook.de hotmail.de yahoo.de gmx.de gmx.net web.de t-online.de yandex.ru yandex.com "
        + "mail.ru qq.com 163.com 126.com rediffmail.com undp.org iom.int un.org unhcr.org unicef.org who.int ilo.org";

    // Real domains that are similar to those above.
    private static readonly HashSet<string> OtherDomains =
    [
        .. ("mail.com email.com ymail.com rocketmail.com hushmail.com fastmail.com gmx.com gmx.at gmx.ch web.com me.com mac.com live.net "
            + "zoho.com ohchr.org unfpa.org undrr.org unep.org unodc.org unesco.org unido.org unv.org uncdf.org unaids.org unops.org "
            + "unhrc.org ilo.int ifad.org wfp.org").Split(' '),
    ];

    private const int MaxDistance = 2;

    private static readonly Domain[] Known = [.. CommonDomains.Split(' ').Select(Domain.Of)];

    private static readonly HashSet<string> TopLevelDomains =
        [.. "com net org int edu gov mil info biz name me email mail app dev io eu asia africa cat coop museum ngo ong".Split(' ')];

    // Country domains that are more often a mistyped .com than meant, if the name is common with .com.
    private static readonly HashSet<string> MistypedCom = ["co", "cm", "om"];

    /// <summary>The probable address; null if the domain is plausible or the input is no address.</summary>
    public static string? For(string? input)
    {
        if (!EmailAddress.TryParse(input, out var address))
            return null;

        var at = address.Value.LastIndexOf('@');
        var typed = Domain.Of(address.Value[(at + 1)..]);
        if (OtherDomains.Contains(typed.ToString()) || Known.Contains(typed))
            return null;

        var meant = Known.Select(known => (Domain: known, Distance: Distance(typed, known))).Where(each => each.Distance is not null)
            .OrderBy(each => each.Distance).Select(each => each.Domain).FirstOrDefault();
        return meant is null ? null : $"{address.Value[..at]}@{meant}";
    }

    /// <summary>The edit distance between the domains; null if it is another domain.</summary>
    private static int? Distance(Domain typed, Domain known)
    {
        var ending = typed.Ending == known.Ending ? 0 : IsMistypedEnding(typed.Ending, known) ? 1 : (int?)null;
        var name = typed.Name == known.Name ? 0 : NameDistance(typed.Name, known.Name);
        return ending + name;
    }

    private static bool IsMistypedEnding(string ending, Domain known)
    {
        if (known.Ending == "com" && known.Name.Length >= 5 && MistypedCom.Contains(ending))
            return true;

        // yahoo.ca is not a mistyped yahoo.com: a name with another existing ending is another domain.
        var last = ending[(ending.LastIndexOf('.') + 1)..];
        var exists = TopLevelDomains.Contains(last) || last is "uk" || Countries.TryFind(last, out _);
        return !exists && EditDistance.Of(ending, known.Ending, MaxDistance) == 1;
    }

    private static int? NameDistance(string typed, string known)
    {
        var distance = EditDistance.Of(typed, known, MaxDistance);
        // Short names are similar to many others: in four letters only a swap counts, in fewer nothing.
        var maxDistance = known.Length switch
        {
            >= 9 => 2,
            >= 5 => 1,
            4 when typed.Length == 4 && typed.Order().SequenceEqual(known.Order()) => 1,
            _ => 0,
        };
        // The first letter is rarely mistyped, but cloud.com and grange.fr exist.
        return distance <= maxDistance && (typed[0] == known[0] || typed[..2] == $"{known[1]}{known[0]}") ? distance : null;
    }

    private sealed record Domain(string Name, string Ending)
    {
        public static Domain Of(string text)
        {
            var parts = text.Split('.', 2);
            return new Domain(parts[0], parts[1]);
        }

        public override string ToString() => $"{Name}.{Ending}";
    }
}

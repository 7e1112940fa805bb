namespace Pipeline.Text;

/// <summary>
/// What somebody probably meant whose address is at a domain that looks like a slip of the finger for a common one. It is for a warning, never
/// for an error: the address may be right. So it says nothing where the domain may well be meant: rather a slip unseen than a doubt sown.
/// </summary>
public static class EmailSuggestion
{
    // Providers people here write from, and the houses they work for. The first one wins where two are as near.
    private const string Common =
        "gmail.com outlook.com hotmail.com yahoo.com icloud.com live.com msn.com aol.com googlemail.com protonmail.com proton.me "
        + "hotmail.fr yahoo.fr live.fr outlook.fr orange.fr wanadoo.fr laposte.net free.fr sfr.fr hotmail.es yahoo.es outlook.es hotmail.it "
        + "hotmail.co.uk yahoo.co.uk outlook.de hotmail.de yahoo.de gmx.de gmx.net web.de t-online.de yandex.ru yandex.com mail.ru qq.com 163.com 126.com "
        + "rediffmail.com undp.org iom.int un.org unhcr.org unicef.org who.int ilo.org";

    // Their names are near those above, and people have addresses there.
    private static readonly HashSet<string> AlsoThere =
    [
        .. "mail.com email.com ymail.com rocketmail.com hushmail.com fastmail.com gmx.com gmx.at gmx.ch web.com me.com mac.com live.net zoho.com "
            .Split(' ', StringSplitOptions.RemoveEmptyEntries),
        .. "ohchr.org unfpa.org undrr.org unep.org unodc.org unesco.org unido.org unv.org uncdf.org unaids.org unops.org unhrc.org ilo.int ifad.org wfp.org"
            .Split(' '),
    ];

    private const int MaxSlips = 2;

    private static readonly Domain[] Known = [.. Common.Split(' ').Select(Domain.Of)];

    private static readonly HashSet<string> Endings =
        [.. "com net org int edu gov mil info biz name me email mail app dev io eu asia africa cat coop museum ngo ong".Split(' ')];

    // Ends of countries that are slips for .com more often than meant, behind a name that is common with .com.
    private static readonly HashSet<string> SlipsOfCom = ["co", "cm", "om"];

    /// <summary>The address as it was probably meant; null where nothing seems wrong with it, or it is none.</summary>
    public static string? For(string? input)
    {
        if (!EmailAddress.TryParse(input, out var address))
            return null;

        var at = address.Value.LastIndexOf('@');
        var typed = Domain.Of(address.Value[(at + 1)..]);
        if (AlsoThere.Contains(typed.ToString()) || Known.Contains(typed))
            return null;

        var meant = Known.Select(known => (Domain: known, Slips: Slips(typed, known))).Where(each => each.Slips is not null)
            .OrderBy(each => each.Slips).Select(each => each.Domain).FirstOrDefault();
        return meant is null ? null : $"{address.Value[..at]}@{meant}";
    }

    /// <summary>How many slips lead from the known domain to the one that was typed; null where it is another domain.</summary>
    private static int? Slips(Domain typed, Domain known)
    {
        var ending = typed.Ending == known.Ending ? 0 : IsSlip(typed.Ending, known) ? 1 : (int?)null;
        var name = typed.Name == known.Name ? 0 : SlipsOfName(typed.Name, known.Name);
        return ending + name;
    }

    private static bool IsSlip(string ending, Domain known)
    {
        if (known.Ending == "com" && known.Name.Length >= 5 && SlipsOfCom.Contains(ending))
            return true;

        // yahoo.ca is no slip for yahoo.com: the same house in another country, and so with every ending that exists.
        var last = ending[(ending.LastIndexOf('.') + 1)..];
        var exists = Endings.Contains(last) || last is "uk" || Countries.TryFind(last, out _);
        return !exists && EditDistance.Of(ending, known.Ending, MaxSlips) == 1;
    }

    private static int? SlipsOfName(string typed, string known)
    {
        var distance = EditDistance.Of(typed, known, MaxSlips);
        // Short names are near many others: of four letters two may have changed places, of fewer none.
        var most = known.Length switch { >= 9 => 2, >= 5 => 1, 4 when typed.Length == 4 && typed.Order().SequenceEqual(known.Order()) => 1, _ => 0 };
        // Hardly anybody mistypes the first letter, but cloud.com and grange.fr exist.
        return distance <= most && (typed[0] == known[0] || typed[..2] == $"{known[1]}{known[0]}") ? distance : null;
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

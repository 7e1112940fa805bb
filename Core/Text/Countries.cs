using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Resources;
using Pipeline.Languages;

namespace Pipeline.Text;

/// <summary>The countries and territories of ISO 3166-1. Their names lie in CountryNames.resx, a file for each language.</summary>
public static class Countries
{
    private const string Alpha2 =
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
        + "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
        + "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
        + "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
        + "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
        + "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
        + "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

    private static readonly FrozenSet<string> Codes = Alpha2.Split(' ').ToFrozenSet();

    private static readonly ResourceManager Texts = new("Pipeline.Text.CountryNames", typeof(Countries).Assembly);

    private static readonly ConcurrentDictionary<Language, Names> ByLanguage = new();

    /// <summary>Every code with its country's name in the current language, in the order of the names as that language sorts them.</summary>
    public static IReadOnlyList<(string Code, string Name)> All => Current.Sorted;

    /// <summary>Takes the two letters in any case; gives them in capitals.</summary>
    public static bool TryFind(string input, out string code)
    {
        code = input.Trim().ToUpperInvariant();
        return Codes.Contains(code);
    }

    /// <summary>The country's name in the current language, as the United Nations write it; a code that is none comes back as it is.</summary>
    public static string NameOf(string code) => Current.ByCode.GetValueOrDefault(code, code);

    private static Names Current => ByLanguage.GetOrAdd(Language.Current, Names.In);

    private sealed record Names(FrozenDictionary<string, string> ByCode, IReadOnlyList<(string Code, string Name)> Sorted)
    {
        public static Names In(Language language)
        {
            var all = Codes.Select(code => (Code: code, Name: Texts.GetString(code, language.Culture)!)).ToList();
            return new Names(
                all.ToFrozenDictionary(country => country.Code, country => country.Name),
                [.. all.OrderBy(country => country.Name, StringComparer.Create(language.Culture, ignoreCase: true))]);
        }
    }
}

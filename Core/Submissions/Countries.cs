using System.Collections.Frozen;
using System.Globalization;

namespace Pipeline.Submissions;

/// <summary>The countries and territories of ISO 3166-1.</summary>
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

    /// <summary>Every code with its country's name, in the order of the names.</summary>
    public static IReadOnlyList<(string Code, string Name)> All { get; } =
        [.. Alpha2.Split(' ').Select(code => (code, NameOf(code))).OrderBy(country => country.Item2, StringComparer.InvariantCultureIgnoreCase)];

    /// <summary>Takes the two letters in any case; gives them in capitals.</summary>
    public static bool TryFind(string input, out string code)
    {
        code = input.Trim().ToUpperInvariant();
        return Codes.Contains(code);
    }

    /// <summary>The country's name in English; its code where the platform knows no name.</summary>
    public static string NameOf(string code)
    {
        // The platform has a name for every code but this one.
        if (code == "EH")
            return "Western Sahara";

        try
        {
            return new RegionInfo(code).EnglishName;
        }
        catch (ArgumentException)
        {
            return code;
        }
    }
}

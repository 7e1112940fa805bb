using System.Text.Json;

namespace Pipeline.Tests;

/// <summary>Submissions: ordinary ones, other scripts, and the longest that the limits allow.</summary>
public static class Samples
{
    public static readonly IReadOnlyList<Dictionary<string, string>> Demo = ReadDemo();

    public static readonly IReadOnlyList<Dictionary<string, string>> Arabic =
    [
        Practice("خطة العمل البلدية - مدينة وجدة", "محمد الأمين",
            "وضعت مدينة وجدة الهجرة إلى جانب الطرق والطاقة والعمل في خطة المجلس البلدي. وتقدم كل إدارة تقريرا عنها مرة في السنة."),
        Practice("استراتيجية عمّان 2030 (المرحلة الثانية)", "ليلى حدّاد",
            "نمت عمّان بأحياء كاملة خلال سنوات قليلة: 4 ملايين نسمة، والحافلات والمياه والمدارس للجميع."),
        Practice("תוכנית העיר לקליטת מהגרים", "דוד לוי",
            "העירייה והתושבים החדשים כתבו יחד תוכנית לשירותים, לדיור ולעבודה, ובודקים אותה פעם בשנה."),
    ];

    public static readonly IReadOnlyList<Dictionary<string, string>> Mixed =
    [
        Practice("خطة Porto Azul 2030", "Zoé Lefèvre",
            "The plan (الخطة) counts 4 ministries and 12 towns, and it says who does what."),
        Practice("Thẻ căn cước cho người di cư", "Nguyễn Thị Ánh",
            "Người di cư nhận được giấy tờ trong một ngày, ngay tại văn phòng xã nơi họ sinh sống."),
        Practice("Ventanilla única: «Migrantes» – 3 años", "محمد الأمين",
            "Una ventanilla para papeles, salud y trabajo; تعمل أيضا باللغة العربية كل يوم أحد."),
        Practice("移民登録窓口の一本化", "O'Brien & Søn",
            "市役所の窓口で住民登録と健康保険と学校の手続きが一度にできるようになり、待ち時間が半分になった。"),
        Practice("\u202Eturned around\u202C and back", "\u202EBackwards",
            "A title that carries a mark to turn the direction must not turn what stands beside it."),
        Practice("የስደተኞች ድጋፍ ማዕከል", "Tigist Alemu",
            "ማዕከሉ ለስደተኞች የሥራ፣ የጤና እና የትምህርት መረጃ በአንድ ቦታ ይሰጣል።"),
    ];

    public static Dictionary<string, string> Practice(
        string title = "Migra Movil",
        string submitter = "Angelica Pinzon",
        string? summary = null) =>
        new()
        {
            ["topic"] = PipelineApp.Topic,
            ["title"] = title,
            // Practices with the same summary would count as spam.
            ["summary"] = summary ?? $"A bus that brings advice to people in border areas. It is called {title}.",
            ["honorific"] = "Ms.",
            ["submitter"] = submitter,
            ["country"] = "CR",
        };

    public static Dictionary<string, string> With(this Dictionary<string, string> submission, string field, string value) =>
        new(submission) { [field] = value };

    /// <summary>As long as the limits allow, of one character and without spaces.</summary>
    /// <param name="number">The first two characters of the title.</param>
    public static Dictionary<string, string> Longest(string character, int number = 1) =>
        Practice($"{number:00}{Repeat(character, 198)}", Repeat(character, 100), Repeat(character, 10_000))
            .With("honorific", Repeat(character, 20));

    private static string Repeat(string character, int times) => string.Concat(Enumerable.Repeat(character, times));

    private static IReadOnlyList<Dictionary<string, string>> ReadDemo()
    {
        var assembly = typeof(Pipeline.LocalHost.Settings.CommandLine).Assembly;
        var resource = assembly.GetManifestResourceNames().Single(name => name.EndsWith("practices.json"));
        using var stream = assembly.GetManifestResourceStream(resource)!;
        return JsonSerializer.Deserialize<List<Dictionary<string, string>>>(stream)!;
    }
}

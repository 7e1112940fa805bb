using System.Net;
using System.Net.Http.Json;
using System.Text;
using Pipeline.Tests.Pages;
using Pipeline.Tests.Practices;
using Xunit;

namespace Pipeline.Tests.Submissions;

public sealed class SeveralCountriesTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Countries_and_language_go_from_the_API_to_the_row_the_list_the_page_and_the_mail()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(1, "french", Pipeline.Languages.Language.Find("fr"));
        var practice = Samples.Practice().ToDictionary(field => field.Key, field => (object)field.Value);
        practice["country"] = "MX";
        practice["countries"] = (string[])["sv", "CR", "M\u0001X"];
        practice["language"] = "E\u0001S";

        var reference = await app.SubmitPublishedAsync(practice);
        await app.SweepPracticesAsync();

        var row = await app.PracticeAsync(reference);
        Assert.Equal(("MX SV CR", "es"), (row.Columns.GetString("Country"), row.Language));
        var listed = Assert.Single((await app.Http.GetAsync<PracticeList>(PracticeSteps.List)).Practices);
        Assert.Equal("MX", listed.Country);
        Assert.Equal(["MX", "SV", "CR"], listed.Countries);
        foreach (var page in (string[])[$"practices/{PipelineApp.Topic}/{reference}", $"topics/{PipelineApp.Topic}"])
        {
            Assert.Equal("Mexico, El Salvador, Costa Rica", await PlaceAsync(app, page));
            Assert.Equal("Mexique, El Salvador, Costa Rica", await PlaceAsync(app, $"{page}?lang=fr"));
            Assert.Equal("المكسيك، السلفادور، كوستاريكا", await PlaceAsync(app, $"{page}?lang=ar"));
        }

        await app.PublishDigestAsync();
        var mail = Assert.Single(await app.DigestsAsync());
        Assert.Contains("Mexique, El Salvador, Costa Rica", mail.Html);
        Assert.Contains("Mexique, El Salvador, Costa Rica", mail.Text);
    }

    [Fact]
    public async Task A_list_a_text_and_fields_of_a_form_give_the_same_reference()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var fields = Samples.Practice();
        fields.Remove("country");
        var reference = await app.SubmitAcceptedAsync(fields.With("countries", "MX, SV; sv"));
        using var list = JsonContent.Create(fields.ToDictionary(field => field.Key, field => (object)field.Value)
            .Append(new("countries", (string[])["mx", "sv"])).ToDictionary());
        using var one = new FormUrlEncodedContent(fields.With("countries", "MX SV"));
        using var repeated = new FormUrlEncodedContent([.. fields, new("countries", "MX"), new("countries", "SV")]);
        using var both = new FormUrlEncodedContent(fields.With("country", "MX").With("countries", "SV"));
        using var parts = new MultipartFormDataContent();
        foreach (var (name, value) in fields.Append(new("countries", "MX")).Append(new("Countries", "SV")))
            parts.Add(new StringContent(value), name);

        foreach (var content in (HttpContent[])[list, one, repeated, both, parts])
        {
            using var answer = await app.Http.PostAsync("api/submissions", content, Cancellation);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            Assert.Equal(reference, (await answer.ReadAsync<AcceptedSubmission>()).Reference);
        }

        Assert.Equal("MX SV", (await app.PracticeAsync(reference)).Columns.GetString("Country"));
        Assert.Single(await app.PracticesAsync());
    }

    [Fact]
    public async Task An_unknown_country_from_a_form_of_another_site_is_shown_again_as_it_was_sent()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        foreach (var step in (string[])["preview", "language"])
        {
            using var form = new FormUrlEncodedContent(Samples.Practice().With("country", "MX, Costa Rica").With("step", step));
            using var answer = await app.Http.PostAsync("submit", form, Cancellation);

            var page = await PageReader.ReadAsync(answer);
            var chosen = page.QuerySelector("#country option[selected]")!;
            Assert.Equal(("MX, Costa Rica", "MX, Costa Rica"), (chosen.GetAttribute("value"), chosen.TextContent));
        }
    }

    [Theory]
    [InlineData("\"country\":\"XX\"", "country", "not known: XX")]
    [InlineData("\"countries\":[\"MX\",\"Atlantis\"]", "countries", "not known: Atlantis")]
    [InlineData("\"countries\":\"MX, Atlantis\"", "countries", "not known: Atlantis")]
    [InlineData("\"country\":[\"MX\"]", "country", "country must be text")]
    [InlineData("\"country\":5", "country", "country must be text")]
    [InlineData("\"countries\":5", "countries", "countries must be text or a list of texts")]
    [InlineData("\"countries\":{}", "countries", "countries must be text or a list of texts")]
    [InlineData("\"countries\":[\"MX\",5]", "countries", "countries must be text or a list of texts")]
    [InlineData("\"countries\":[\"\\ud800\"]", "countries", "not known: …")]
    [InlineData("\"language\":\"de\"", "language", "Choose a language: en, fr, es, ar")]
    [InlineData("\"language\":5", "language", "language must be text")]
    public async Task A_wrong_value_is_400_with_an_error_of_its_field(string member, string field, string sentence)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        using var content = new StringContent(
            $"{{\"topic\":\"{PipelineApp.Topic}\",\"title\":\"Migra Movil\",\"summary\":\"A bus that brings advice.\",{member}}}",
            Encoding.UTF8, "application/json");

        using var answer = await app.Http.PostAsync("api/submissions", content, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var (name, sentences) = Assert.Single((await answer.ReadAsync<Problem>()).Errors!);
        Assert.Equal(field, name);
        Assert.Contains(sentence, Assert.Single(sentences));
    }

    [Theory]
    [InlineData("mx, sv", "MX SV", null)]
    [InlineData("MX;SV", "MX SV", null)]
    [InlineData("Costa Rica", "", "“Costa Rica” in Country is not understood")]
    [InlineData("", "", null)]
    [InlineData("MX, Atlantis", "MX", "“Atlantis” in Country is not understood")]
    [InlineData(7, "", "“7” in Country is not understood")]
    public async Task An_edited_cell_is_shown_as_far_as_it_is_understood_and_the_rest_is_explained(object cell, string codes, string? word)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var practice = await app.SweptPracticeAsync();

        await app.Storage.Practices.EditAsync(practice, "Country", cell);
        await app.SweepPracticesAsync();

        var row = await app.PracticeAsync(practice.RowKey);
        var rest = ", so pages do not show it. Type codes of ISO 3166-1, separated by spaces, as MX SV.";
        Assert.Equal((cell, word is null ? "" : word + rest), (row.Columns["Country"], row.Help));
        var listed = Assert.Single((await app.Http.GetAsync<PracticeList>(PracticeSteps.List)).Practices);
        Assert.Equal(codes, string.Join(' ', listed.Countries));
        Assert.DoesNotContain("Atlantis", await app.PageAsync(practice.RowKey));

        await app.Storage.Practices.EditAsync(practice, "Country", "CR");
        await app.SweepPracticesAsync();
        Assert.Equal("", (await app.PracticeAsync(practice.RowKey)).Help);
    }

    [Fact]
    public async Task A_form_of_another_site_can_send_several_countries_and_the_preview_keeps_them()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var fields = Samples.Practice().With("country", "MX").With("step", "preview");
        using var content = new FormUrlEncodedContent([.. fields, new("countries", "SV"), new("countries", "cr")]);

        using var previewed = await app.Http.PostAsync("submit?lang=fr", content, Cancellation);
        var preview = await PageReader.ReadAsync(previewed);
        using var changed = await app.PressAsync(preview, "change");
        var form = await PageReader.ReadAsync(changed);
        using var again = await app.PressAsync(form, "preview");
        app.Time.Advance(TimeSpan.FromMinutes(1));
        using var sent = await app.PressAsync(await PageReader.ReadAsync(again), "send");

        Assert.Equal("Mexique, El Salvador, Costa Rica", preview.QuerySelector(".place")!.TextContent);
        Assert.Equal("Mexique, El Salvador, Costa Rica", form.QuerySelector("#country option[selected]")!.TextContent);
        var row = await app.PracticeAsync(sent.Headers.Location!.OriginalString.Split('/', '?')[3]);
        Assert.Equal(("MX SV CR", "fr"), (row.Columns.GetString("Country"), row.Language));
    }

    [Fact]
    public async Task A_message_with_codes_and_control_characters_is_stored()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var message = "{\"version\":1,\"submittedOn\":\"2026-11-24T09:00:00Z\",\"topic\":\"main\\u0001streaming-migration\\u0007\","
            + "\"title\":\"Migra Movil\",\"summary\":\"A bus that brings advice.\",\"country\":\"M\\u0001X SV\","
            + "\"language\":\"f\\u0001r\"}";

        await app.Storage.SubmissionQueue.SendMessageAsync(message, Cancellation);
        await app.UntilAsync("it is stored", async () => (await app.PracticesAsync()).Count == 1);

        var row = Assert.Single(await app.PracticesAsync());
        Assert.Equal(("MX SV", "fr"), (row.Columns.GetString("Country"), row.Language));
    }

    private static async Task<string> PlaceAsync(PipelineApp app, string address) =>
        (await app.OpenAsync(address)).Page.QuerySelector(".line .place")!.TextContent;
}

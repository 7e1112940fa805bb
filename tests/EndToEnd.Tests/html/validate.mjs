// Reads [{ "name", "html" }] from standard input and writes ["name: what is wrong", …].
import { text } from "node:stream/consumers";
import { HtmlValidate } from "html-validate";

const validator = new HtmlValidate({ root: true, extends: ["html-validate:standard"] });
const faults = [];
for (const { name, html } of JSON.parse(await text(process.stdin))) {
  const report = await validator.validateString(html, name);
  for (const { messages } of report.results)
    for (const { ruleId, message, line, column } of messages)
      faults.push(`${name}: ${message} (${ruleId}, line ${line}, column ${column})`);
}
process.stdout.write(JSON.stringify(faults));

/**
 * The one line of script on the page; the policy below names it by its hash. Not the form's own
 * `submit`: a field of that name would stand in its place. The page may be framed: a form whose target is an
 * iframe ends there, and there is nothing on it to borrow a click for.
 */
const SCRIPT = "HTMLFormElement.prototype.submit.call(document.forms[0])";

const SCRIPT_HASH = new Bun.CryptoHasher("sha256").update(SCRIPT).digest("base64");

/**
 * A page whose form submits itself: the way back where the outcome is too long for an address
 * (protocol 4.3). Its button is for browsers without script.
 */
export function renderReturnForm(
  action: string,
  fields: readonly (readonly [name: string, value: string])[],
): { html: string; csp: string } {
  const inputs = fields
    .map(
      ([name, value]) =>
        `<input type="hidden" name="${Bun.escapeHTML(name)}" value="${Bun.escapeHTML(value)}">`,
    )
    .join("\n");
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Upload finished</title>
</head>
<body>
<form method="post" action="${Bun.escapeHTML(action)}">
${inputs}
<p>The upload has ended.</p>
<button type="submit">Continue</button>
</form>
<script>${SCRIPT}</script>
</body>
</html>
`;
  return { html, csp: `default-src 'none'; script-src 'sha256-${SCRIPT_HASH}'; base-uri 'none'` };
}

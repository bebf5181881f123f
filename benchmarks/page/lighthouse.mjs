// One Lighthouse run of one page, mobile preset with simulated throttling: prints one line of JSON.
// Usage: node lighthouse.mjs ADDRESS CHROMIUM RESOLVER_RULES
import * as chromeLauncher from "chrome-launcher";
import lighthouse from "lighthouse";

const [address, chromePath, rules] = process.argv.slice(2);
const chrome = await chromeLauncher.launch({
  chromePath,
  chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", `--host-resolver-rules=${rules}`],
});
try {
  const { lhr } = await lighthouse(address, {
    port: chrome.port,
    output: "json",
    logLevel: "error",
    onlyCategories: ["performance", "accessibility"],
    maxWaitForLoad: 20000,
  });
  if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
  const value = (audit) => lhr.audits[audit].numericValue;
  const failed = lhr.categories.accessibility.auditRefs
    .map(({ id }) => id)
    .filter((id) => lhr.audits[id].score === 0);
  const line = {
    version: lhr.lighthouseVersion,
    performance: lhr.categories.performance.score * 100,
    accessibility: lhr.categories.accessibility.score * 100,
    lcp: value("largest-contentful-paint"),
    tbt: value("total-blocking-time"),
    cls: value("cumulative-layout-shift"),
    work: value("mainthread-work-breakdown"),
    failed,
  };
  console.log(JSON.stringify(line));
} finally {
  await chrome.kill();
}

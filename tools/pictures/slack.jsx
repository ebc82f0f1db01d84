// Decides how a Slack message is drawn for a picture: Block Kit by slack-blocks-to-jsx.
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { Message } from "slack-blocks-to-jsx";
import "slack-blocks-to-jsx/dist/style.css";

const frame = document.getElementById("frame");
const STAND_IN = /plainwords\d+end/g;
let root;

/** Draws the golden message `{text, blocks}`, in the place of the one before. */
window.draw = (message, logo) => {
  const words = [];
  const blocks = withStandIns(message.blocks, words);
  root?.unmount();
  root = createRoot(frame);
  const sent = new Date(2026, 4, 4, 9, 41);
  flushSync(() => root.render(<Message blocks={blocks} name="Jobaid" logo={logo} time={sent} />));
  putBack(words);
};

// The renderer draws links, mentions and emoji in plain_text, where Slack shows the words as they
// are: so it is given a stand-in of letters for each, and the words are put in afterwards.
function withStandIns(value, words) {
  if (Array.isArray(value)) return value.map((each) => withStandIns(each, words));
  if (value === null || typeof value !== "object") return value;
  if (value.type === "plain_text") {
    return { ...value, text: `plainwords${words.push(value.text) - 1}end` };
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, withStandIns(each, words)]),
  );
}

function putBack(words) {
  const walker = document.createTreeWalker(frame, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.data.search(STAND_IN) < 0) continue;
    node.parentElement.style.whiteSpace = "pre-line";
    node.data = node.data.replace(STAND_IN, (found) => words[parseInt(found.slice(10), 10)]);
  }
}

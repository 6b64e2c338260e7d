// Server-sent events by fetch: EventSource cannot send a token.

/** Splits text as it comes into events {type, data, id, retry}; `comment` is called for lines that only keep the line open. */
export function eventParser(take, comment) {
  let rest = "";
  let event = { type: "message", data: [] };
  const line = (text) => {
    if (text === "") {
      if (event.data.length > 0) take({ ...event, data: event.data.join("\n") });
      event = { type: "message", data: [] };
      return;
    }
    if (text.startsWith(":")) return comment();
    const colon = text.indexOf(":");
    const name = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (name === "event") event.type = value;
    else if (name === "data") event.data.push(value);
    else if (name === "id" && !value.includes("\0")) event.id = value;
    else if (name === "retry" && /^\d+$/.test(value)) event.retry = Number(value);
  };
  return (text) => {
    rest += text;
    // A lone CR at the end may be the first half of CR LF.
    for (let match; (match = /\r\n|\n|\r(?!$)/.exec(rest));) {
      line(rest.slice(0, match.index));
      rest = rest.slice(match.index + match[0].length);
    }
  };
}

/** Reads the body until it ends. */
export async function readEvents(body, take, comment) {
  const parse = eventParser(take, comment);
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parse(decoder.decode(value, { stream: true }));
    }
  } finally {
    reader.releaseLock();
  }
}

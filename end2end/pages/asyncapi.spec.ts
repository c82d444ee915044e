// The contract of the topics, held against AsyncAPI by its own parser.
import { Parser } from "@asyncapi/parser";
import { Server } from "../fixtures/server.ts";
import { expect, test } from "../fixtures/test.ts";

/** What the parser calls an error in a document. */
async function errors(document: object) {
  const found = await new Parser().validate(JSON.stringify(document));
  return found.filter(({ severity }) => severity === 0).map(({ message, path }) => `${path.join(".")}: ${message}`);
}

test("the document of the topics is AsyncAPI 3.0", async ({ server }) => {
  const document = await server.json("/api/v1/asyncapi.json");
  expect(document.asyncapi).toBe("3.0.0");
  expect(Object.keys(document.channels)).toHaveLength(7);
  expect(await errors(document)).toEqual([]);
});

test("so is one with all that is told there", async () => {
  const server = await Server.start({ env: { STREAMBOARD_KAFKA__DEAD_LETTERS: "true", STREAMBOARD_KAFKA__ALERTS: "true" } });
  const document = await server.json("/api/v1/asyncapi.json").finally(() => server.stop());
  expect(document.channels["dead-letters"].address).toBe("streamboard.dead-letters");
  expect(document.channels.alerts.address).toBe("streamboard.alerts");
  expect(await errors(document)).toEqual([]);
});

test("a document that is broken is found to be", async ({ server }) => {
  const document = await server.json("/api/v1/asyncapi.json");
  delete document.info.title;
  document.channels.budget.messages.bare.$ref = "#/components/messages/nobody";
  const found = (await errors(document)).join("\n");
  expect(found).toContain("title");
  expect(found).toContain("nobody");
});

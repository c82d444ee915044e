// The least that a program of this kind does, with KafkaJS and ws: reads the topics, parses the
// JSON, keeps totals, applies two of Streamboard's built-in rules, and pushes each change to its
// viewers. It stores nothing and ends with its standard input.
//
//   node kafkajs.js BROKERS GROUP TOPIC...      a topic's name ends with its kind, as in `x.budget`
//
// Prints its port, and begins to read when the first viewer is there.
import { Kafka, logLevel } from "kafkajs";
import { WebSocketServer } from "ws";

const [brokers, groupId, ...topics] = process.argv.slice(2);

// Thresholds of server/pipeline/src/rule/builtin.toml: `fire` and, so that nothing flickers,
// `recover`.
const rules = {
  budget: {
    id: "budget.utilization",
    entity: (budget) => budget.department,
    figure: (budget) => budget.actual_to_date.minor / budget.approved.minor,
    fire: 0.9,
    recover: 0.87,
  },
  system: {
    id: "system.down",
    entity: (system) => system.service,
    figure: (system) => (system.up ? 0 : 1),
    fire: 1,
    recover: 1,
  },
};

const totals = { events: 0, topics: {}, approved: 0, spent: 0, critical: 0 };
const budgets = new Map();
const critical = new Set();

function count(kind, event) {
  totals.events += 1;
  totals.topics[kind] = (totals.topics[kind] ?? 0) + 1;
  if (kind !== "budget") return;
  const before = budgets.get(event.department);
  totals.approved += event.approved.minor - (before?.approved.minor ?? 0);
  totals.spent += event.actual_to_date.minor - (before?.actual_to_date.minor ?? 0);
  budgets.set(event.department, event);
}

// The alert that an event opens or resolves, if it does.
function judge(kind, event) {
  const rule = rules[kind];
  if (rule === undefined) return undefined;
  const key = `${rule.id}/${rule.entity(event)}`;
  const figure = rule.figure(event);
  const was = critical.has(key);
  const is = was ? figure >= rule.recover : figure >= rule.fire;
  if (is === was) return undefined;
  if (is) critical.add(key);
  else critical.delete(key);
  totals.critical = critical.size;
  return { rule: rule.id, entity: rule.entity(event), figure, state: is ? "firing" : "resolved" };
}

function take(kind, message, viewers) {
  const event = JSON.parse(message.value);
  count(kind, event);
  const change = JSON.stringify({ kind, event, alert: judge(kind, event), totals });
  for (const viewer of viewers) viewer.send(change);
}

const kafka = new Kafka({ brokers: brokers.split(","), logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });

async function read(viewers) {
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({
    partitionsConsumedConcurrently: 4,
    eachBatch: async ({ batch }) => {
      const kind = batch.topic.split(".").at(-1);
      for (const message of batch.messages) take(kind, message, viewers);
    },
  });
}

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("listening", () => console.log(server.address().port));
server.once("connection", () => read(server.clients));
process.stdin.resume();
process.stdin.on("end", () => process.exit());

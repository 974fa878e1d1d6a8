// The savings page: weeks dragged over its charts tell what they used, cost and saw.
import { cutBars } from "./cut";
import { all, embedded } from "./page";
import { spanTeller } from "./span";

const { meter, span } = embedded<{ meter: string; span: string }>("savings");
const tell = spanTeller(meter, span);
for (const chart of all<SVGElement>("[data-cut]")) cutBars(chart, tell);

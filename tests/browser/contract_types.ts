/**
 * The console declares the step outputs it draws by itself, since it may import the API's types
 * alone. Here the compiler checks that what nodes hand back fits them.
 */
import type * as contract from "../../activities/contract/mod.ts";
import type { Report } from "../../activities/centre/report/report.ts";
import type * as drawn from "../../web/ui/api/outputs.ts";

type Fits<Given extends Drawn, Drawn> = Given;

/** Does not compile when one no longer fits. */
export type AllFit = [
  Fits<contract.DetectOutputs, drawn.DetectOutputs>,
  Fits<contract.PanoramaOutputs, drawn.PanoramaOutputs>,
  Fits<contract.RelieveOutputs, drawn.RelieveOutputs>,
  Fits<contract.HotspotsOutputs, drawn.HotspotsOutputs>,
  Fits<contract.GpuStatusOutputs, drawn.GpuOutputs>,
  Fits<Report, drawn.Report>,
];

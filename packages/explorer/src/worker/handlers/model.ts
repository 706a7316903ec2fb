/** Handlers of the model's requests. Loading is no turn: the model before answers meanwhile. */
import type { Engine, WeightDtype } from "@tsgpt/tensor";
import type { LoadProgress, ModelInfo, ModelRequests } from "../../protocol/model.ts";
import type { Job, Section } from "../handler.ts";
import { load } from "../load.ts";
import { deleteKept, listKept } from "../models/kept-models.ts";
import { availableBytes, isRoomFor, offerOf } from "../models/offer.ts";
import { findSource, type Source } from "../models/sources.ts";
import type { Workplace } from "../workplace.ts";

export const modelHandlers: Section<ModelRequests> = (workplace) => ({
  inspect: async (place, { signal }) => {
    const source = await findSource(place, signal);
    return offerOf(source, await availableBytes(workplace.current()?.model.engine));
  },
  load: (asks, job) => replaceModel(workplace, asks, job),
  keptModels: () => listKept(),
  deleteModel: async ({ key }) => {
    await deleteKept(key);
    return undefined;
  },
});

/**
 * Everything that can be checked is checked while the model before is there. It leaves the memory first only if there
 * is no room for both.
 */
async function replaceModel(
  workplace: Workplace,
  asks: ModelRequests["load"]["asks"],
  { turn, report, reportLatest, signal }: Job<"load">,
): Promise<ModelInfo> {
  const source = await findSource(asks, signal);
  const before = workplace.current()?.model.engine;
  const need = before && (await needOf(source, before, asks.dtype));
  let isAlone = false;
  const makeRoom = async () => {
    if (isAlone || need === undefined) return false;
    await turn(() => workplace.replace(undefined));
    isAlone = true;
    return true;
  };
  if (need !== undefined && !isRoomFor(need + (before?.memory?.heldBytes ?? 0))) await makeRoom();
  const reportStage = (progress: LoadProgress) => {
    const isEnd = progress.loaded === progress.total;
    (isEnd ? report : reportLatest)({ ...progress, isAlone });
  };
  const isFromUrl = "url" in asks;
  const loading = { dtype: asks.dtype, hasDrawDefaults: isFromUrl, report: reportStage, signal, makeRoom };
  const { session, info } = await load(source, loading);
  await turn(() => workplace.prepare(session));
  return { ...info, isFromUrl, hub: source.hub };
}

/** Bytes that the model needs; undefined if it does not fit, which the loader explains. */
async function needOf(source: Source, before: Engine, dtype: WeightDtype | undefined): Promise<number | undefined> {
  const offer = await offerOf(source, await availableBytes(before));
  const chosen = dtype ?? offer.dtype;
  return chosen && offer.fitting.includes(chosen) ? offer.memory[chosen].total : undefined;
}

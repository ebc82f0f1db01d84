// Decides how an Adaptive Card is drawn for a picture: Microsoft's renderer, set as for Teams.
import { AdaptiveCard, HostConfig, SerializationContext, Versions } from "adaptivecards/dist/adaptivecards.min.js";
import hostConfig from "adaptivecards-designer/lib/hostConfigs/microsoft-teams-light.json";
import "adaptivecards/dist/adaptivecards.css";
import "adaptivecards-designer/dist/containers/teams-container-light.css";

const frame = document.getElementById("frame");

/** Draws the golden card, in the place of the one before. Throws what the renderer complains of. */
window.draw = (payload) => {
  const card = new AdaptiveCard();
  card.hostConfig = new HostConfig(hostConfig);
  const reading = new SerializationContext(Versions.v1_5);
  card.parse(payload, reading);
  const complaints = Array.from({ length: reading.eventCount }, (_, at) => reading.getEventAt(at));
  if (complaints.length) throw new Error(complaints.map((each) => each.message).join("; "));
  const drawn = card.render();
  drawn.classList.add("teams-card");
  frame.replaceChildren(drawn);
};

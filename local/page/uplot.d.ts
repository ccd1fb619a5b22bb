/** The build puts uPlot's own module beside the page under this name. */
import uPlot from 'uplot'
export default uPlot

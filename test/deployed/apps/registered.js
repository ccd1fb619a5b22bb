import 'costspan/register'
import './clients.js'

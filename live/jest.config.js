const { project } = require("../jest.config.js");

module.exports = project(__dirname);

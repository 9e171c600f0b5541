export default { where: "a default export" };

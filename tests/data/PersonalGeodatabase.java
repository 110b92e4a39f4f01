// Writes personal-geodatabase.mdb, the only way without Access: invented parcels in the tables a personal geodatabase has.
//   mvn -q dependency:copy-dependencies  (com.healthmarketscience.jackcess:jackcess:4.0.8)
//   java -cp 'target/dependency/*' tests/data/PersonalGeodatabase.java tests/data/personal-geodatabase.mdb
import com.healthmarketscience.jackcess.*;
import java.io.File;
import java.nio.*;
import java.time.LocalDateTime;

public class PersonalGeodatabase {
  static final double E = 38500000, N = 3380000;
  static final int Z = 0x80000000, M = 0x40000000, CURVES = 0x20000000;

  static ByteBuffer buffer() { return ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN); }

  static byte[] done(ByteBuffer b) { byte[] all = new byte[b.position()]; b.flip(); b.get(all); return all; }

  /** Rings or lines: type, box, parts, points, then what the type's flags ask for. */
  static ByteBuffer parts(int type, double[][] parts) {
    ByteBuffer b = buffer().putInt(type);
    int points = 0;
    for (double[] part : parts) points += part.length / 2;
    b.putDouble(E).putDouble(N).putDouble(E + 1000).putDouble(N + 1000).putInt(parts.length).putInt(points);
    int at = 0;
    for (double[] part : parts) { b.putInt(at); at += part.length / 2; }
    for (double[] part : parts) for (int k = 0; k < part.length; k += 2) b.putDouble(E + part[k]).putDouble(N + part[k + 1]);
    return b;
  }

  static ByteBuffer ordinates(ByteBuffer b, int count, double value) {
    b.putDouble(value).putDouble(value);
    for (int k = 0; k < count; k++) b.putDouble(value);
    return b;
  }

  static double[] square(double x, double y, double size) { // clockwise, as shells are here
    return new double[] {x, y, x, y + size, x + size, y + size, x + size, y, x, y};
  }

  static double[] hole(double x, double y, double size) {
    return new double[] {x, y, x + size, y, x + size, y + size, x, y + size, x, y};
  }

  public static void main(String[] args) throws Exception {
    File file = new File(args[0]);
    file.delete();
    try (Database db = DatabaseBuilder.create(Database.FileFormat.V2000, file)) {
      Table geometry = new TableBuilder("GDB_GeomColumns")
        .addColumn(new ColumnBuilder("TableName", DataType.TEXT)).addColumn(new ColumnBuilder("FieldName", DataType.TEXT))
        .addColumn(new ColumnBuilder("ShapeType", DataType.LONG)).addColumn(new ColumnBuilder("SRID", DataType.LONG))
        .addColumn(new ColumnBuilder("HasZ", DataType.BOOLEAN)).addColumn(new ColumnBuilder("HasM", DataType.BOOLEAN)).toTable(db);
      geometry.addRow("DLTB", "SHAPE", 4, 1, false, false);
      geometry.addRow("XZQJX", "SHAPE", 3, 1, false, true);
      geometry.addRow("KZD", "SHAPE", 1, 1, true, false);
      Table systems = new TableBuilder("GDB_SpatialRefs")
        .addColumn(new ColumnBuilder("SRID", DataType.LONG)).addColumn(new ColumnBuilder("SRTEXT", DataType.MEMO)).toTable(db);
      systems.addRow(1, "PROJCS[\"CGCS2000_3_Degree_GK_Zone_38\",GEOGCS[\"GCS_China_Geodetic_Coordinate_System_2000\",DATUM[\"D_China_2000\","
        + "SPHEROID[\"CGCS2000\",6378137.0,298.257222101]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]],"
        + "PROJECTION[\"Gauss_Kruger\"],PARAMETER[\"False_Easting\",38500000.0],PARAMETER[\"False_Northing\",0.0],"
        + "PARAMETER[\"Central_Meridian\",114.0],PARAMETER[\"Scale_Factor\",1.0],PARAMETER[\"Latitude_Of_Origin\",0.0],UNIT[\"Meter\",1.0]]");
      Table classes = new TableBuilder("GDB_ObjectClasses")
        .addColumn(new ColumnBuilder("ID", DataType.LONG)).addColumn(new ColumnBuilder("Name", DataType.TEXT))
        .addColumn(new ColumnBuilder("AliasName", DataType.TEXT)).toTable(db);
      classes.addRow(1, "DLTB", "地类图斑");
      Table fields = new TableBuilder("GDB_FieldInfo")
        .addColumn(new ColumnBuilder("ClassID", DataType.LONG)).addColumn(new ColumnBuilder("FieldName", DataType.TEXT))
        .addColumn(new ColumnBuilder("AliasName", DataType.TEXT)).addColumn(new ColumnBuilder("DefaultDomainName", DataType.TEXT)).toTable(db);
      fields.addRow(1, "DLBM", "地类编码", "地类字典");

      Table parcels = new TableBuilder("DLTB")
        .addColumn(new ColumnBuilder("OBJECTID", DataType.LONG)).addColumn(new ColumnBuilder("SHAPE", DataType.OLE))
        .addColumn(new ColumnBuilder("DLBM", DataType.TEXT)).addColumn(new ColumnBuilder("DLMC", DataType.TEXT))
        .addColumn(new ColumnBuilder("TBMJ", DataType.DOUBLE)).addColumn(new ColumnBuilder("RQ", DataType.SHORT_DATE_TIME))
        .addColumn(new ColumnBuilder("BZ", DataType.MEMO)).toTable(db);
      LocalDateTime day = LocalDateTime.of(2009, 12, 31, 0, 0);
      parcels.addRow(1, done(parts(5, new double[][] {square(0, 0, 100), hole(20, 20, 20)})), "011", "水田", 9600.0, day, "甲，\"乙\"\n丙");
      parcels.addRow(2, null, "013", "旱地", 0.5, null, null);
      parcels.addRow(3, done(ordinates(parts(15, new double[][] {square(200, 0, 50), square(300, 0, 50)}), 10, 7.5)), "013", null, 5000.0, day, null);
      // a half disc: the arc from (400, 0) over (400, 100) given by an interior point
      ByteBuffer arc = parts(51 | CURVES, new double[][] {{400, 0, 400, 100, 400, 0}}).putInt(1);
      parcels.addRow(4, done(arc.putInt(0).putInt(1).putDouble(E + 350).putDouble(N + 50).putInt(0x80)), "011", "水田", 3926.99, day, null);
      // the same half disc by its centre, going clockwise
      ByteBuffer centre = parts(51 | CURVES, new double[][] {{600, 0, 600, 100, 600, 0}}).putInt(1);
      parcels.addRow(5, done(centre.putInt(0).putInt(1).putDouble(E + 600).putDouble(N + 50).putInt(0)), "011", "水田", 3926.99, day, null);
      ByteBuffer bezier = parts(51 | CURVES | Z, new double[][] {{700, 0, 700, 100, 700, 0}});
      ordinates(bezier, 3, 5.0).putInt(1).putInt(0).putInt(4);
      bezier.putDouble(E + 640).putDouble(N).putDouble(E + 640).putDouble(N + 100);
      parcels.addRow(6, done(bezier), "011", "水田", 4500.0, day, null);
      // half an ellipse, semi-axes 50 along the northing and 25, by its centre, clockwise
      ByteBuffer ellipse = parts(51 | CURVES, new double[][] {{900, 0, 900, 100, 900, 0}}).putInt(1).putInt(0).putInt(5);
      ellipse.putDouble(E + 900).putDouble(N + 50).putDouble(Math.PI / 2).putDouble(50).putDouble(0.5).putInt(0);
      parcels.addRow(7, done(ellipse), "011", "水田", 1963.5, day, null);

      Table lines = new TableBuilder("XZQJX").addColumn(new ColumnBuilder("SHAPE", DataType.OLE))
        .addColumn(new ColumnBuilder("JXLX", DataType.TEXT)).toTable(db);
      lines.addRow(done(ordinates(parts(50 | M, new double[][] {{0, 0, 30, 40}}), 2, 1.5)), "660200");
      lines.addRow(done(parts(3, new double[][] {{0, 0, 30, 40}, {50, 0, 50, 10}})), "660300");

      Table spots = new TableBuilder("KZD").addColumn(new ColumnBuilder("SHAPE", DataType.OLE))
        .addColumn(new ColumnBuilder("MC", DataType.TEXT)).toTable(db);
      spots.addRow(done(buffer().putInt(9).putDouble(E + 10.5).putDouble(N + 20.25).putDouble(34.5)), "点甲");
      spots.addRow(done(buffer().putInt(52 | Z).putDouble(E + 11.5).putDouble(N + 20.25).putDouble(34.5)), "点乙");
      ByteBuffer many = buffer().putInt(8).putDouble(E).putDouble(N).putDouble(E + 1).putDouble(N + 1).putInt(2);
      spots.addRow(done(many.putDouble(E).putDouble(N).putDouble(E + 1).putDouble(N + 1)), "点丙");

      Table plain = new TableBuilder("说明").addColumn(new ColumnBuilder("XM", DataType.TEXT)).addColumn(new ColumnBuilder("SL", DataType.LONG)).toTable(db);
      plain.addRow("张三", 7);
    }
  }
}
